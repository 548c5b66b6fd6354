<?php
/**
 * Keeps the index as the site is.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Sends a post when it goes live or changes and takes it out when readers no longer see it. What the service does not
 * take at once waits in the queue.
 */
final class Upkeep {

	/**
	 * Meta that says what a post declares of itself.
	 */
	const DECLARATIONS = array( Canonical::META, '_yoast_wpseo_canonical', 'rank_math_canonical_url', '_yoast_wpseo_meta-robots-noindex' );

	/**
	 * The gate.
	 *
	 * @var Gate
	 */
	private $gate;

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
	 * Claims of scheduled posts.
	 *
	 * @var Scheduled
	 */
	private $scheduled;

	/**
	 * Posts whose section or declarations changed in this request, by site of the network.
	 *
	 * @var array<int, array<int, true>>
	 */
	private $touched = array();

	/**
	 * Make it.
	 *
	 * @param Gate   $gate   Gate.
	 * @param Client $client Client.
	 * @param Queue  $queue  Queue.
	 */
	public function __construct( Gate $gate, Client $client, Queue $queue ) {
		$this->gate      = $gate;
		$this->client    = $client;
		$this->queue     = $queue;
		$this->scheduled = new Scheduled( $client );
	}

	/**
	 * Hook up.
	 */
	public function hook(): void {
		// Sections are assigned after transition_post_status; this is the first hook that sees them.
		add_action( 'wp_after_insert_post', array( $this, 'after_write' ), 10, 4 );
		add_action( 'before_delete_post', array( $this->scheduled, 'give_up' ) );
		add_action( 'after_delete_post', array( $this, 'after_delete' ), 10, 2 ); // At deleted_post the cache still has it.
		add_action( 'set_object_terms', array( $this, 'after_terms' ), 10, 6 );
		foreach ( array( 'added_post_meta', 'updated_post_meta', 'deleted_post_meta' ) as $hook ) {
			add_action( $hook, array( $this, 'after_meta' ), 10, 3 );
		}
		add_action( 'edited_category', array( $this, 'after_section_renamed' ) );
		add_action( 'wp_uninitialize_site', array( $this, 'before_site_deleted' ), 5 );
		foreach ( array( 'permalink_structure_changed', 'update_option_blogname', 'update_option_home' ) as $hook ) {
			add_action( $hook, array( Fill::class, 'restart' ), 10, 0 );
		}
		add_action( 'shutdown', array( $this, 'settle_touched' ), 5 );
	}

	/**
	 * A post was written, with its sections.
	 *
	 * @param int       $post_id Post.
	 * @param \WP_Post  $post    As it is now.
	 * @param bool      $update  Whether it was there before.
	 * @param ?\WP_Post $before  As it was.
	 */
	public function after_write( $post_id, $post, $update, $before ): void {
		$post = get_post( $post_id );
		if ( ! $post || ! Document::is_of_interest( $post ) ) {
			return;
		}
		$attempt = $this->gate->recall( $post );
		if ( null === $attempt && 'publish' === $post->post_status && ( ! $before || 'publish' !== $before->post_status ) ) {
			// wp_publish_post() of another plugin went round every filter: the best that is left is to take it back.
			$attempt = $this->gate->judge( $post );
			if ( ! $attempt->is_allowed ) {
				Schedule_Road::hold( $post, $attempt );
				return;
			}
		}
		if ( null !== $attempt ) {
			Note::set( $post_id, Note::from( $attempt ) );
		}
		unset( $this->touched[ get_current_blog_id() ][ $post_id ] );
		if ( 'future' === $post->post_status ) {
			$this->scheduled->keep( $post, $attempt );
		} elseif ( Document::is_indexed( $post ) ) {
			$this->send( $post, $attempt );
		} else {
			$this->scheduled->give_up( $post_id );
		}
		if ( $before && Document::is_indexed( $before ) && ! Document::is_indexed( $post ) ) {
			$this->settle( $post_id );
		}
	}

	/**
	 * A post is gone for good.
	 *
	 * @param int       $post_id Post.
	 * @param ?\WP_Post $post    As it was.
	 */
	public function after_delete( $post_id, $post = null ): void {
		if ( $post && Document::is_indexed( $post ) ) {
			$this->settle( (int) $post_id );
		}
	}

	/**
	 * A post changed section, perhaps without being written.
	 *
	 * @param int    $post_id  Post.
	 * @param array  $terms    Terms given.
	 * @param int[]  $now      Term taxonomy ids after.
	 * @param string $taxonomy Taxonomy.
	 * @param bool   $append   Whether terms were added to the others.
	 * @param int[]  $then     Term taxonomy ids before.
	 */
	public function after_terms( $post_id, $terms, $now, $taxonomy, $append, $then ): void {
		if ( 'category' === $taxonomy && array_map( 'intval', $now ) !== array_map( 'intval', $then ) ) {
			$this->touched[ get_current_blog_id() ][ (int) $post_id ] = true;
		}
	}

	/**
	 * A post declares something else of itself.
	 *
	 * @param int|int[] $meta_id Meta row.
	 * @param int       $post_id Post.
	 * @param string    $key     Meta key.
	 */
	public function after_meta( $meta_id, $post_id, $key ): void {
		if ( in_array( $key, self::DECLARATIONS, true ) ) {
			$this->touched[ get_current_blog_id() ][ (int) $post_id ] = true;
		}
	}

	/**
	 * A section has a new name: its posts follow, one by one, by cron.
	 *
	 * @param int $term_id Category.
	 */
	public function after_section_renamed( $term_id ): void {
		$posts = get_objects_in_term( (int) $term_id, 'category' );
		foreach ( is_wp_error( $posts ) ? array() : $posts as $post_id ) {
			$this->queue->push( (int) $post_id );
		}
	}

	/**
	 * A site of the network is about to go: its posts leave the index, one by one, by cron.
	 *
	 * @param \WP_Site $site Site.
	 */
	public function before_site_deleted( $site ): void {
		switch_to_blog( (int) $site->blog_id );
		foreach ( Fill::ids() as $post_id ) {
			$this->queue->push( $post_id );
		}
		restore_current_blog();
	}

	/**
	 * Send what changed without being written.
	 */
	public function settle_touched(): void {
		foreach ( $this->touched as $blog_id => $posts ) {
			$is_elsewhere = get_current_blog_id() !== $blog_id;
			if ( $is_elsewhere ) {
				switch_to_blog( $blog_id );
			}
			foreach ( array_keys( $posts ) as $post_id ) {
				$post = get_post( $post_id );
				if ( $post && Document::is_indexed( $post ) ) {
					$this->settle( $post_id );
				}
			}
			if ( $is_elsewhere ) {
				restore_current_blog();
			}
		}
		$this->touched = array();
	}

	/**
	 * Turn the claim into the document, at once.
	 *
	 * @param \WP_Post $post    Post.
	 * @param ?Attempt $attempt What the gate found.
	 */
	private function send( \WP_Post $post, ?Attempt $attempt ): void {
		$claim        = $attempt && $attempt->is_open ? $attempt->key : Scheduled::key( $post->ID );
		$is_unchecked = $attempt && 'unavailable' === $attempt->outcome;
		if ( $attempt ) {
			$attempt->is_open = false; // Live now: should the next line fail, the claim must stand until it lapses.
		}
		try {
			$this->client->put( Document::of( $post ), $claim );
			delete_post_meta( $post->ID, Scheduled::META );
		} catch ( Unavailable $unavailable ) {
			$this->queue->push( $post->ID, $unavailable->getMessage(), $is_unchecked );
			return;
		}
		if ( $is_unchecked ) {
			$this->queue->push( $post->ID, '', true );
		}
	}

	/**
	 * Make the index follow a post now, or else later.
	 *
	 * @param int $post_id Post.
	 */
	private function settle( int $post_id ): void {
		try {
			$this->queue->settle( $post_id );
		} catch ( Unavailable $unavailable ) {
			$this->queue->push( $post_id, $unavailable->getMessage() );
		}
	}
}
