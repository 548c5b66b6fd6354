<?php
/**
 * Plugin Name:       dupdetect: duplicate check before publishing
 * Description:       Tells editors, before they publish, that a piece is already out there: which post, in which section, which passages. Asks your own dupdetect service; nothing leaves your machines.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           Apache-2.0
 * License URI:       https://www.apache.org/licenses/LICENSE-2.0
 * Text Domain:       dupdetect
 * Domain Path:       /languages
 *
 * @package Dupdetect
 */

namespace Dupdetect;

defined( 'ABSPATH' ) || exit;

const VERSION     = '0.1.0';
const PLUGIN_FILE = __FILE__;

spl_autoload_register(
	static function ( string $name ): void {
		if ( 0 !== strpos( $name, __NAMESPACE__ . '\\' ) ) {
			return;
		}
		$class = strtolower( str_replace( '_', '-', substr( $name, strlen( __NAMESPACE__ ) + 1 ) ) );
		$path  = __DIR__ . "/includes/class-$class.php";
		if ( is_file( $path ) ) {
			require $path;
		}
	}
);

register_activation_hook( __FILE__, array( Install::class, 'activate' ) );
register_deactivation_hook( __FILE__, array( Install::class, 'deactivate' ) );

Plugin::start();
