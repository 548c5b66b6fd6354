<?php
/**
 * PHP's built-in server in the place of a web server's rewrite rules: sites of the network, and pretty addresses.
 */

$root = $_SERVER['DOCUMENT_ROOT'];
$path = rawurldecode( parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
$file = preg_replace( '#^/bullpen(?=/)#', '', $path );
if ( is_dir( $root . $file ) ) {
	$file = rtrim( $file, '/' ) . '/index.php';
}
if ( ! is_file( $root . $file ) ) {
	$file = '/index.php';
}
if ( '.php' !== substr( $file, -4 ) && $file === $path ) {
	return false;
}
if ( '.php' !== substr( $file, -4 ) ) {
	$types = array( 'js' => 'text/javascript', 'css' => 'text/css', 'svg' => 'image/svg+xml', 'png' => 'image/png' );
	header( 'Content-Type: ' . ( $types[ pathinfo( $file, PATHINFO_EXTENSION ) ] ?? 'application/octet-stream' ) );
	readfile( $root . $file );
	return true;
}
$_SERVER['SCRIPT_NAME']     = $file;
$_SERVER['PHP_SELF']        = $file;
$_SERVER['SCRIPT_FILENAME'] = $root . $file;
chdir( dirname( $root . $file ) );
require $root . $file;
