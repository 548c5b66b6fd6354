<?php
/**
 * Must-use plugin of the tests: letters go into a file, and nothing goes into the network.
 */

add_filter(
	'pre_wp_mail',
	static function ( $done, $letter ) {
		file_put_contents( WP_CONTENT_DIR . '/letters.jsonl', json_encode( $letter ) . "\n", FILE_APPEND );
		return true;
	},
	10,
	2
);
add_filter(
	'pre_http_request',
	static function ( $done, $arguments, $url ) {
		return '127.0.0.1' === wp_parse_url( $url, PHP_URL_HOST ) ? $done : new WP_Error( 'offline', 'no network in tests' );
	},
	10,
	3
);
