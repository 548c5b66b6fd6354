<?php
/**
 * What the plugin is made of, wired together once.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Builds one of each part and lets each hook itself up.
 */
final class Plugin {

	/**
	 * Hook everything up; called once, when WordPress loads the plugin.
	 */
	public static function start(): void {
		$client    = new Client();
		$queue     = new Queue( $client );
		$gate      = new Gate( $client );
		$fill      = new Fill( $client, $queue );
		$reconcile = new Reconcile( $client, $queue );

		( new Install() )->hook();
		( new Rest_Road( $gate ) )->hook();
		( new Write_Road( $gate ) )->hook();
		( new Schedule_Road( $gate ) )->hook();
		( new Upkeep( $gate, $client, $queue ) )->hook();
		( new Check_Route( $client ) )->hook();
		( new Canonical() )->hook();
		( new Cron( $queue, $fill, $reconcile ) )->hook();
		if ( is_admin() ) {
			( new Notices() )->hook();
			( new Editor() )->hook();
			( new Settings_Page( $client, $queue, $fill ) )->hook();
			( new Audit_Page( $client ) )->hook();
		}
		if ( defined( 'WP_CLI' ) && \WP_CLI ) {
			\WP_CLI::add_command( 'dupdetect', new Command( $client, $queue, $fill, $reconcile ) );
		}
	}
}
