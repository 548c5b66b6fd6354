<?php
/**
 * Turn a site into a network of two: Main Blog and, under /bullpen/, The Bullpen.
 */

require dirname( $argv[1] ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/network.php';

$host = $argv[2];
foreach ( $wpdb->tables( 'ms_global' ) as $name => $table ) {
	$wpdb->$name = $table;
}
install_network();
$done = populate_network( 1, $host, 'admin@example.org', 'The blogs', '/', false );
if ( is_wp_error( $done ) && 'no_wildcard_dns' !== $done->get_error_code() ) {
	fwrite( STDERR, $done->get_error_message() );
	exit( 1 );
}
