<?php
/**
 * A copy that points to its original.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Remembers which address a post declares as its original, and says so to search engines.
 */
final class Canonical {

	const META = '_dupdetect_canonical';

	/**
	 * Hook up: WordPress's own canonical link, and that of the two SEO plugins that replace it.
	 */
	public function hook(): void {
		add_filter(
			'get_canonical_url',
			static function ( $url, $post ) {
				$declared = get_post_meta( $post->ID, self::META, true );
				return $declared ? $declared : $url;
			},
			10,
			2
		);
		foreach ( array( 'wpseo_canonical', 'rank_math/frontend/canonical' ) as $filter ) {
			add_filter(
				$filter,
				static function ( $url ) {
					$declared = is_singular() ? get_post_meta( get_queried_object_id(), self::META, true ) : '';
					return $declared ? $declared : $url;
				}
			);
		}
	}

	/**
	 * The address a post declares as its original.
	 *
	 * @param int $post_id Post; 0 declares nothing.
	 */
	public static function of( int $post_id ): ?string {
		foreach ( $post_id ? array( self::META, '_yoast_wpseo_canonical', 'rank_math_canonical_url' ) : array() as $key ) {
			$url = (string) get_post_meta( $post_id, $key, true );
			if ( '' !== $url ) {
				return $url;
			}
		}
		return null;
	}

	/**
	 * Declare an original, or none.
	 *
	 * @param int    $post_id Post.
	 * @param string $url     Address; empty for none.
	 */
	public static function set( int $post_id, string $url ): void {
		$url = esc_url_raw( $url, array( 'http', 'https' ) );
		if ( '' === $url ) {
			delete_post_meta( $post_id, self::META );
		} else {
			update_post_meta( $post_id, self::META, wp_slash( $url ) );
		}
	}
}
