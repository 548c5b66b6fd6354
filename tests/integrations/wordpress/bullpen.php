<?php
/**
 * Add The Bullpen to the network, make the plugin the network's and give the people rights and passwords there.
 */

require dirname( $argv[1] ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

$host = $argv[2];
$wpdb->update( $wpdb->blogs, array( 'domain' => $host ), array( 'blog_id' => 1 ) );
$wpdb->update( $wpdb->site, array( 'domain' => $host ), array( 'id' => 1 ) );
deactivate_plugins( 'dupdetect/dupdetect.php' );
$failed = activate_plugin( 'dupdetect/dupdetect.php', '', true );
if ( is_wp_error( $failed ) ) {
	fwrite( STDERR, $failed->get_error_message() );
	exit( 1 );
}
$blog = wpmu_create_blog( $host, '/bullpen/', 'The Bullpen', 1 );
if ( is_wp_error( $blog ) ) {
	fwrite( STDERR, $blog->get_error_message() );
	exit( 1 );
}
$wpdb->update( $wpdb->blogs, array( 'domain' => $host ), array( 'blog_id' => $blog ) ); // ":" was stripped.
foreach ( array( 'siteurl', 'home' ) as $option ) {
	update_blog_option( $blog, $option, "http://$host/bullpen" );
}
add_user_to_blog( $blog, get_user_by( 'login', 'editor' )->ID, 'editor' );
$passwords = array();
foreach ( array( 'admin', 'editor', 'author' ) as $name ) {
	$id                 = get_user_by( 'login', $name )->ID;
	$passwords[ $name ] = WP_Application_Passwords::create_new_application_password( $id, array( 'name' => 'network' ) )[0];
}
echo json_encode( $passwords );
