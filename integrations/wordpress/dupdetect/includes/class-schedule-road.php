<?php
/**
 * Scheduled posts at the moment they go live.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * WordPress publishes them by a direct database write that nothing can refuse, so the guard stands before it: at
 * priority 5 of the cron event, where core's own callback has priority 10 and does nothing unless the post is still
 * `future`. A duplicate is held, and only that one.
 */
final class Schedule_Road {

	/**
	 * The gate.
	 *
	 * @var Gate
	 */
	private $gate;

	/**
	 * Make the road.
	 *
	 * @param Gate $gate Gate.
	 */
	public function __construct( Gate $gate ) {
		$this->gate = $gate;
	}

	/**
	 * Hook up.
	 */
	public function hook(): void {
		add_action( 'publish_future_post', array( $this, 'before_publish' ), 5 );
	}

	/**
	 * Hold a scheduled post that may not go live.
	 *
	 * @param int|\WP_Post $post Post.
	 */
	public function before_publish( $post ): void {
		$post = get_post( $post );
		if ( ! $post || 'future' !== $post->post_status || strtotime( $post->post_date_gmt . ' +0000' ) > time() ) {
			return;
		}
		$live = clone $post;

		$live->post_status = 'publish';
		if ( ! Document::is_of_interest( $live ) ) {
			return;
		}
		$attempt = $this->gate->judge( $live );
		if ( ! $attempt->is_allowed ) {
			self::hold( $post, $attempt );
		}
	}

	/**
	 * Set a post back to pending and tell its author and the administrator, who are not at a screen.
	 *
	 * @param \WP_Post $post    Post.
	 * @param Attempt  $attempt Attempt.
	 */
	public static function hold( \WP_Post $post, Attempt $attempt ): void {
		wp_update_post(
			array(
				'ID'          => $post->ID,
				'post_status' => 'pending',
			)
		);
		Note::set( $post->ID, Note::from( $attempt ) );
		$author = get_userdata( (int) $post->post_author );
		wp_mail(
			array_unique( array_filter( array( $author ? $author->user_email : '', get_option( 'admin_email' ) ) ) ),
			/* translators: %s: title of the post. */
			sprintf( __( 'Not published: %s', 'dupdetect' ), wp_strip_all_tags( $post->post_title ) ),
			/* translators: 1: title of the post, 2: why it is held, 3: address of the edit screen. */
			sprintf( __( "“%1\$s” should have gone live and is held as pending.\n\n%2\$s\n\n%3\$s", 'dupdetect' ), wp_strip_all_tags( $post->post_title ), $attempt->message, admin_url( 'post.php?action=edit&post=' . $post->ID ) )
		);
	}
}
