<?php
/**
 * Removes everything the plugin stored in WordPress. The service's index is the service's: it stays.
 *
 * @package Dupdetect
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

/**
 * Remove what is stored for the current site.
 */
function dupdetect_uninstall_site(): void {
	delete_option( 'dupdetect_settings' );
	delete_option( 'dupdetect_fill' );
	foreach ( array( '_dupdetect_note', '_dupdetect_override', '_dupdetect_claim', '_dupdetect_canonical' ) as $key ) {
		delete_post_meta_by_key( $key );
	}
	delete_metadata( 'user', 0, 'dupdetect_notices', '', true );
	wp_unschedule_hook( 'dupdetect_each_minute' );
	wp_unschedule_hook( 'dupdetect_each_day' );
}

if ( is_multisite() ) {
	$dupdetect_sites = get_sites(
		array(
			'fields' => 'ids',
			'number' => 0,
		)
	);
	foreach ( $dupdetect_sites as $dupdetect_site ) {
		switch_to_blog( (int) $dupdetect_site );
		dupdetect_uninstall_site();
		restore_current_blog();
	}
} else {
	dupdetect_uninstall_site();
}
delete_site_option( 'dupdetect_settings' );
delete_site_option( 'dupdetect_schema' );
$GLOBALS['wpdb']->query( 'DROP TABLE IF EXISTS ' . $GLOBALS['wpdb']->base_prefix . 'dupdetect_queue' ); // phpcs:ignore WordPress.DB
