<?php
/**
 * What the administrator chose.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * The settings: the network's where the plugin is active for the whole network, else the site's.
 *
 * `DUPDETECT_URL` and `DUPDETECT_TOKEN` in wp-config.php win over what is stored, so that a secret need not be in the
 * database.
 */
final class Settings {

	const NAME = 'dupdetect_settings';

	/**
	 * Who may override: a capability WordPress knows, and how it is said to people.
	 *
	 * @return array<string, string> Capability to label.
	 */
	public static function override_capabilities(): array {
		return array(
			'manage_options'    => __( 'Administrators', 'dupdetect' ),
			'edit_others_posts' => __( 'Editors and administrators', 'dupdetect' ),
			'publish_posts'     => __( 'Everyone who may publish', 'dupdetect' ),
		);
	}

	/**
	 * All settings, complete.
	 *
	 * @return array{url: string, token: string, fail: string, mode: string, post_types: string[], override_capability: string}
	 */
	public static function all(): array {
		$stored   = self::is_network() ? get_site_option( self::NAME, array() ) : get_option( self::NAME, array() );
		$settings = array_merge(
			array(
				'url'                 => 'http://127.0.0.1:8321',
				'token'               => '',
				'fail'                => 'open',
				'mode'                => 'block',
				'post_types'          => array( 'post', 'page' ),
				'override_capability' => 'edit_others_posts',
			),
			is_array( $stored ) ? $stored : array()
		);
		foreach ( array(
			'url'   => 'DUPDETECT_URL',
			'token' => 'DUPDETECT_TOKEN',
		) as $key => $constant ) {
			if ( defined( $constant ) ) {
				$settings[ $key ] = (string) constant( $constant );
			}
		}
		return $settings;
	}

	/**
	 * One setting.
	 *
	 * @param string $key A key of all().
	 * @return mixed
	 */
	public static function get( string $key ) {
		return self::all()[ $key ];
	}

	/**
	 * Store what an administrator sent, made safe; unknown keys are dropped, missing ones keep their value.
	 *
	 * @param array<string, mixed> $sent Unslashed form fields.
	 */
	public static function store( array $sent ): void {
		$new = self::all();
		if ( isset( $sent['url'] ) ) {
			$url = untrailingslashit( esc_url_raw( trim( (string) $sent['url'] ), array( 'http', 'https' ) ) );
			if ( '' !== $url ) {
				$new['url'] = $url;
			}
		}
		if ( ! empty( $sent['token'] ) ) { // Left empty: keep the stored one, which the form never shows.
			$new['token'] = preg_replace( '/[^\x21-\x7e]/', '', (string) $sent['token'] );
		}
		if ( ! empty( $sent['forget_token'] ) ) {
			$new['token'] = '';
		}
		foreach ( array(
			'fail'                => array( 'open', 'closed' ),
			'mode'                => array( 'block', 'warn' ),
			'override_capability' => array_keys( self::override_capabilities() ),
		) as $key => $choices ) {
			if ( isset( $sent[ $key ] ) && in_array( $sent[ $key ], $choices, true ) ) {
				$new[ $key ] = $sent[ $key ];
			}
		}
		if ( isset( $sent['post_types'] ) && is_array( $sent['post_types'] ) ) {
			$new['post_types'] = array_values( array_intersect( self::possible_post_types(), $sent['post_types'] ) );
		}
		if ( self::is_network() ) {
			update_site_option( self::NAME, $new );
		} else {
			update_option( self::NAME, $new, true );
		}
	}

	/**
	 * Post types that have readers.
	 *
	 * @return string[]
	 */
	public static function possible_post_types(): array {
		return array_values( array_diff( get_post_types( array( 'public' => true ) ), array( 'attachment' ) ) );
	}

	/**
	 * Whether the plugin, and so its settings, are the whole network's.
	 */
	public static function is_network(): bool {
		if ( ! is_multisite() ) {
			return false;
		}
		$active = (array) get_site_option( 'active_sitewide_plugins', array() );
		return isset( $active[ plugin_basename( PLUGIN_FILE ) ] );
	}

	/**
	 * Whether the current user may publish in spite of a match.
	 */
	public static function may_override(): bool {
		return current_user_can( self::get( 'override_capability' ) );
	}

	/**
	 * Who may change the settings.
	 */
	public static function capability(): string {
		return self::is_network() ? 'manage_network_options' : 'manage_options';
	}
}
