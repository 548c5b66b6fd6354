<?php
/**
 * Coming and going.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Makes the queue's table; on deactivation stops cron and keeps everything else (uninstall.php removes it).
 */
final class Install {

	const SCHEMA_OPTION = 'dupdetect_schema';
	const SCHEMA        = '1';

	/**
	 * Hook up: a copy in mu-plugins is never activated, so the table is looked after here too.
	 */
	public function hook(): void {
		add_action( 'plugins_loaded', array( self::class, 'activate' ) );
		add_action(
			'init',
			static function (): void {
				load_plugin_textdomain( 'dupdetect', false, dirname( plugin_basename( PLUGIN_FILE ) ) . '/languages' );
			}
		);
	}

	/**
	 * Make the table, once.
	 */
	public static function activate(): void {
		if ( self::SCHEMA === get_site_option( self::SCHEMA_OPTION ) ) {
			return;
		}
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		dbDelta(
			'CREATE TABLE ' . Queue::table() . " (
				blog_id bigint(20) unsigned NOT NULL,
				post_id bigint(20) unsigned NOT NULL,
				attempts int(11) NOT NULL DEFAULT 0,
				due bigint(20) NOT NULL DEFAULT 0,
				unchecked tinyint(1) NOT NULL DEFAULT 0,
				error text NOT NULL,
				PRIMARY KEY  (blog_id,post_id),
				KEY due (due)
			) {$GLOBALS['wpdb']->get_charset_collate()};"
		);
		update_site_option( self::SCHEMA_OPTION, self::SCHEMA );
	}

	/**
	 * Stop what runs by itself.
	 */
	public static function deactivate(): void {
		Cron::for_each_site(
			static function (): void {
				wp_unschedule_hook( Cron::MINUTE );
				wp_unschedule_hook( Cron::DAY );
			}
		);
	}
}
