<?php
/**
 * A post in the words of the service's contract.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Turns posts into documents and says which posts are of interest at all.
 */
final class Document {

	/**
	 * Statuses that are checked on the way in.
	 */
	const LIVE = array( 'publish', 'future', 'private' );

	/**
	 * The identity: the post, not its address. A new slug or section is the same document, a copy is not.
	 *
	 * @param int  $post_id Post.
	 * @param ?int $blog_id Site of the network; the current one when null.
	 */
	public static function id( int $post_id, ?int $blog_id = null ): string {
		return sprintf( 'wp:%d:%d', $blog_id ?? get_current_blog_id(), $post_id );
	}

	/**
	 * The document of a post, stored or about to be.
	 *
	 * @param \WP_Post  $post     Unslashed; its ID is 0 while it has none.
	 * @param ?string[] $sections Names of its sections, where the stored ones are not yet right.
	 * @return array<string, mixed>
	 */
	public static function of( \WP_Post $post, ?array $sections = null ): array {
		$blocks    = has_blocks( $post->post_content );
		$permalink = $post->ID && 'publish' === $post->post_status ? get_permalink( $post->ID ) : false;
		$document  = array(
			'id'            => $post->ID ? self::id( $post->ID ) : null,
			'site'          => self::site(),
			'sections'      => array_values( $sections ?? self::sections( $post ) ),
			'url'           => $permalink ? $permalink : null,
			'title'         => mb_substr( html_entity_decode( wp_strip_all_tags( $post->post_title ), ENT_QUOTES | ENT_HTML5, 'UTF-8' ), 0, 2000 ),
			'format'        => $blocks ? 'gutenberg' : 'fragment',
			'content'       => self::without_shortcodes( $blocks ? $post->post_content : wpautop( $post->post_content ) ),
			'published'     => self::moment( $post->post_date_gmt ),
			'version'       => self::moment( $post->post_modified_gmt ),
			'canonical_url' => Canonical::of( $post->ID ),
			'noindex'       => $post->ID ? '1' === get_post_meta( $post->ID, '_yoast_wpseo_meta-robots-noindex', true ) : null,
		);
		/**
		 * Change what the service is told of a post, as its sections from another taxonomy.
		 *
		 * @param array    $document The document, as in the contract of POST /v1/check.
		 * @param \WP_Post $post     The post.
		 */
		return apply_filters( 'dupdetect_document', $document, $post );
	}

	/**
	 * The site's name, as readers know it.
	 */
	public static function site(): string {
		return wp_specialchars_decode( get_bloginfo( 'name' ), ENT_QUOTES );
	}

	/**
	 * Names of a stored post's sections.
	 *
	 * @param \WP_Post $post Post.
	 * @return string[]
	 */
	public static function sections( \WP_Post $post ): array {
		$ids = $post->ID ? wp_get_post_categories( $post->ID ) : array();
		if ( is_wp_error( $ids ) || ( ! $ids && 'post' === $post->post_type ) ) {
			$ids = array( (int) get_option( 'default_category' ) ); // What WordPress assigns when nobody does.
		}
		return self::section_names( $ids );
	}

	/**
	 * Names of categories.
	 *
	 * @param array<int, mixed> $ids Term ids.
	 * @return string[]
	 */
	public static function section_names( array $ids ): array {
		$names = array();
		foreach ( array_filter( array_map( 'intval', $ids ) ) as $id ) {
			$term = get_term( $id, 'category' );
			if ( $term instanceof \WP_Term ) {
				$names[] = wp_specialchars_decode( $term->name, ENT_QUOTES );
			}
		}
		return $names;
	}

	/**
	 * Whether a post may be checked: of a chosen type, no revision, autosave or other working row.
	 *
	 * @param \WP_Post $post Post.
	 */
	public static function is_of_interest( \WP_Post $post ): bool {
		return in_array( $post->post_type, Settings::get( 'post_types' ), true );
	}

	/**
	 * Whether a stored post stands in the index: readers see it, without a password. A scheduled one is claimed.
	 *
	 * @param \WP_Post $post Post.
	 */
	public static function is_indexed( \WP_Post $post ): bool {
		return self::is_of_interest( $post )
			&& 'publish' === $post->post_status
			&& '' === $post->post_password
			&& ! self::replaced_by( $post );
	}

	/**
	 * The post that this one is a working copy of, which it will replace (Yoast Duplicate Post's "Rewrite & Republish").
	 *
	 * @param \WP_Post $post Post.
	 * @return int 0 when it stands for itself.
	 */
	public static function replaced_by( \WP_Post $post ): int {
		if ( ! $post->ID || ! get_post_meta( $post->ID, '_dp_is_rewrite_republish_copy', true ) ) {
			return 0;
		}
		return (int) get_post_meta( $post->ID, '_dp_original', true );
	}

	/**
	 * A stored moment as the contract writes it.
	 *
	 * @param string $gmt `Y-m-d H:i:s`, or zeroes.
	 */
	private static function moment( string $gmt ): ?string {
		$time = '' === $gmt || 0 === strpos( $gmt, '0000' ) ? false : strtotime( $gmt . ' +0000' );
		return false === $time ? null : gmdate( 'Y-m-d\TH:i:s\Z', $time );
	}

	/**
	 * The content without the tags of shortcodes, but with what stands between them.
	 *
	 * @param string $content Content.
	 */
	private static function without_shortcodes( string $content ): string {
		$names = array_map( 'preg_quote', array_keys( $GLOBALS['shortcode_tags'] ?? array() ) );
		if ( ! $names || false === strpos( $content, '[' ) ) {
			return $content;
		}
		$without = preg_replace( '~\[/?(?:' . str_replace( '~', '\~', implode( '|', $names ) ) . ')(?:\s[^\]]*)?/?\]~', ' ', $content );
		return is_string( $without ) ? $without : $content;
	}
}
