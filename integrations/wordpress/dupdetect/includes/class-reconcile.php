<?php
/**
 * Holds the index against the site.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Finds what no hook saw: a restored backup, a bulk import, rows written by SQL. Differences go to the queue.
 */
final class Reconcile {

	/**
	 * The service's client.
	 *
	 * @var Client
	 */
	private $client;

	/**
	 * What waits for the service.
	 *
	 * @var Queue
	 */
	private $queue;

	/**
	 * Make it.
	 *
	 * @param Client $client Client.
	 * @param Queue  $queue  Queue.
	 */
	public function __construct( Client $client, Queue $queue ) {
		$this->client = $client;
		$this->queue  = $queue;
	}

	/**
	 * Compare the current site's live posts with what the service holds of it.
	 *
	 * @return int How many posts differ.
	 * @throws Unavailable No answer; nothing is lost by that.
	 */
	public function run(): int {
		$missing   = array_flip( Fill::ids() );
		$prefix    = 'wp:' . get_current_blog_id() . ':';
		$different = array();
		$cursor    = null;
		do {
			$page   = $this->client->documents( Document::site(), $cursor );
			$cursor = $page['cursor'] ?? null;
			foreach ( (array) ( $page['documents'] ?? array() ) as $stored ) {
				$id = (string) ( $stored['id'] ?? '' );
				if ( 0 !== strpos( $id, $prefix ) ) {
					continue;
				}
				$post_id = (int) substr( $id, strlen( $prefix ) );
				$post    = isset( $missing[ $post_id ] ) ? get_post( $post_id ) : null;
				$post    = $post && Document::is_indexed( $post ) ? $post : null;
				unset( $missing[ $post_id ] );
				$there = strtotime( (string) ( $stored['version'] ?? '' ) );
				$here  = $post ? strtotime( $post->post_modified_gmt . ' +0000' ) : false;
				if ( $post && $there === $here ) {
					continue;
				}
				if ( $post && $there > $here ) {
					$this->client->delete( $id ); // A backup was restored: the service would refuse the older text.
				}
				$different[] = $post_id;
			}
		} while ( $cursor );
		foreach ( array_keys( $missing ) as $post_id ) {
			$post = get_post( $post_id );
			if ( $post && Document::is_indexed( $post ) ) {
				$different[] = $post_id;
			}
		}
		foreach ( $different as $post_id ) {
			$this->queue->push( $post_id );
		}
		return count( $different );
	}
}
