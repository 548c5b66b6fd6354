<?php
/**
 * The claims of scheduled posts.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * A scheduled post is no document yet, since no reader sees it. It keeps a claim, under a key that stands in its meta,
 * until it goes live; so that a second schedule of the same text is refused, and it never meets its own claim.
 */
final class Scheduled {

	const META = '_dupdetect_claim';

	/**
	 * The service's client.
	 *
	 * @var Client
	 */
	private $client;

	/**
	 * Make it.
	 *
	 * @param Client $client Client.
	 */
	public function __construct( Client $client ) {
		$this->client = $client;
	}

	/**
	 * The key of a post's claim.
	 *
	 * @param int $post_id Post; 0 has none.
	 */
	public static function key( int $post_id ): ?string {
		$key = $post_id ? (string) get_post_meta( $post_id, self::META, true ) : '';
		return '' === $key ? null : $key;
	}

	/**
	 * Keep the claim that an attempt was granted until the post goes live.
	 *
	 * @param \WP_Post $post    Scheduled post.
	 * @param ?Attempt $attempt What the gate found, if it was asked.
	 */
	public function keep( \WP_Post $post, ?Attempt $attempt ): void {
		if ( null === $attempt || ! $attempt->is_open ) {
			return; // Without a claim it is checked when it goes live, as every scheduled post is.
		}
		$attempt->is_open = false;
		update_post_meta( $post->ID, self::META, $attempt->key );
		if ( $attempt->is_nameless ) { // The same claim, now under the post's id: what is asked without the key must not find it.
			try {
				$this->client->check( Gate::question( $post ) + array( 'claim' => Gate::claim( $post, $attempt->key ) ) );
			} catch ( Unavailable $unavailable ) {
				return; // The key in the meta is enough for the way to the public.
			}
		}
	}

	/**
	 * Release the claim of a post that is scheduled no more.
	 *
	 * @param int $post_id Post.
	 */
	public function give_up( $post_id ): void {
		$key = self::key( (int) $post_id );
		if ( null === $key ) {
			return;
		}
		delete_post_meta( (int) $post_id, self::META );
		try {
			$this->client->release( $key );
		} catch ( Unavailable $unavailable ) {
			return; // It lapses by itself.
		}
	}
}
