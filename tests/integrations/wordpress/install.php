<?php
/**
 * Set a WordPress up for the tests: site, people, plugin. Prints a JSON object of passwords for the REST API.
 */

define( 'WP_INSTALLING', true );
require dirname( $argv[1] ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

wp_install( 'Main Blog', 'admin', 'admin@example.org', true, '', 'admin-password' );
update_option( 'permalink_structure', '' );
update_option( 'default_ping_status', 'closed' );
foreach ( array( 1, 2, 3 ) as $id ) {
	wp_delete_post( $id, true );
}
wp_insert_term( 'Politics', 'category' );
wp_insert_term( 'Sports', 'category' );
$people = array( 'admin' => 1 );
foreach ( array( 'editor', 'author' ) as $role ) {
	$people[ $role ] = wp_insert_user(
		array(
			'user_login' => $role,
			'user_pass'  => "$role-password",
			'user_email' => "$role@example.org",
			'role'       => $role,
		)
	);
}
$passwords = array();
foreach ( $people as $name => $id ) {
	update_user_meta( $id, 'wp_persisted_preferences', array( 'core/edit-post' => array( 'welcomeGuide' => false ) ) );
	$passwords[ $name ] = WP_Application_Passwords::create_new_application_password( $id, array( 'name' => 'tests' ) )[0];
}
$failed = activate_plugin( 'dupdetect/dupdetect.php' );
if ( is_wp_error( $failed ) ) {
	fwrite( STDERR, $failed->get_error_message() );
	exit( 1 );
}
echo json_encode( $passwords );
