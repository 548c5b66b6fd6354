<?php
/**
 * What the service has not taken yet.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Remembers *which* posts the index must still follow, never *what* to send: that is read when it is sent, so that
 * order and repetition do not matter. One row a post, one table for the network.
 */
final class Queue {

	const FIRST_WAIT_S = 60;
	const LAST_WAIT_S  = 6 * HOUR_IN_SECONDS;

	/**
	 * The service's client.
	 *
	 * @var Client
	 */
	private $client;

	/**
	 * Make a queue.
	 *
	 * @param Client $client Client.
	 */
	public function __construct( Client $client ) {
		$this->client = $client;
	}

	/**
	 * The table's name.
	 */
	public static function table(): string {
		return $GLOBALS['wpdb']->base_prefix . 'dupdetect_queue';
	}

	/**
	 * Remember a post.
	 *
	 * @param int    $post_id      Post of the current site.
	 * @param string $error        Why it could not be sent, for administrators; empty when it was not tried.
	 * @param bool   $is_unchecked Whether it went live without an answer and must be checked afterwards.
	 */
	public function push( int $post_id, string $error = '', bool $is_unchecked = false ): void {
		global $wpdb;
		$row = $this->row( $post_id );
		$wpdb->replace( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			self::table(),
			array(
				'blog_id'   => get_current_blog_id(),
				'post_id'   => $post_id,
				'attempts'  => $row ? (int) $row->attempts : 0,
				'due'       => time(),
				'unchecked' => $is_unchecked || ( $row && $row->unchecked ) ? 1 : 0,
				'error'     => $error,
			),
			array( '%d', '%d', '%d', '%d', '%d', '%s' )
		);
	}

	/**
	 * Make the index follow a post as it is now.
	 *
	 * @param int $post_id Post of the current site.
	 * @throws Unavailable It was not done.
	 */
	public function settle( int $post_id ): void {
		$post = get_post( $post_id );
		if ( $post && Document::is_indexed( $post ) ) {
			$this->client->put( Document::of( $post ) );
		} else {
			$this->client->delete( Document::id( $post_id ) );
		}
	}

	/**
	 * Send what is due; stops when the service does not answer.
	 *
	 * @param int   $limit   At most so many.
	 * @param float $seconds For at most so long.
	 * @return int How many were done.
	 */
	public function drain( int $limit = 200, float $seconds = 20.0 ): int {
		global $wpdb;
		$until = microtime( true ) + $seconds;
		$done  = 0;
		// phpcs:ignore WordPress.DB
		$rows = $wpdb->get_results( $wpdb->prepare( 'SELECT * FROM ' . self::table() . ' WHERE due <= %d ORDER BY due, blog_id, post_id LIMIT %d', time(), $limit ) );
		foreach ( $rows as $row ) {
			if ( microtime( true ) > $until ) {
				break;
			}
			$is_elsewhere = (int) $row->blog_id !== get_current_blog_id();
			try {
				if ( $is_elsewhere && ! get_site( (int) $row->blog_id ) ) {
					$this->client->delete( Document::id( (int) $row->post_id, (int) $row->blog_id ) );
				} else {
					if ( $is_elsewhere ) {
						switch_to_blog( (int) $row->blog_id );
					}
					try {
						$this->check_afterwards( $row );
						$this->settle( (int) $row->post_id );
					} finally {
						if ( $is_elsewhere ) {
							restore_current_blog();
						}
					}
				}
			} catch ( Unavailable $unavailable ) {
				$this->postpone( $row, $unavailable->getMessage() );
				if ( $unavailable->is_refusal() ) {
					continue;
				}
				break;
			}
			$wpdb->delete( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
				self::table(),
				array(
					'blog_id' => $row->blog_id,
					'post_id' => $row->post_id,
					'due'     => $row->due, // Not one that was pushed again meanwhile.
				),
				array( '%d', '%d', '%d' )
			);
			++$done;
		}
		return $done;
	}

	/**
	 * How many wait, and what the service said last.
	 *
	 * @return array{waiting: int, error: string}
	 */
	public function state(): array {
		global $wpdb;
		// phpcs:disable WordPress.DB
		return array(
			'waiting' => (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . self::table() ),
			'error'   => (string) $wpdb->get_var( 'SELECT error FROM ' . self::table() . " WHERE error <> '' ORDER BY due DESC LIMIT 1" ),
		);
		// phpcs:enable
	}

	/**
	 * Check a post that went live while there was no answer; a match is noted, the post stays.
	 *
	 * @param \stdClass $row Row of the table.
	 * @throws Unavailable Still no answer.
	 */
	private function check_afterwards( \stdClass $row ): void {
		$post = $row->unchecked ? get_post( (int) $row->post_id ) : null;
		if ( $post && Document::is_indexed( $post ) ) {
			Note::set( $post->ID, Note::afterwards( $this->client->check( array( 'document' => Document::of( $post ) ) ) ) );
		}
	}

	/**
	 * Wait longer each time.
	 *
	 * @param \stdClass $row   Row of the table.
	 * @param string    $error What happened.
	 */
	private function postpone( \stdClass $row, string $error ): void {
		global $wpdb;
		$wait = min( self::LAST_WAIT_S, self::FIRST_WAIT_S * 2 ** min( 20, (int) $row->attempts ) );
		$wpdb->update( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			self::table(),
			array(
				'attempts' => (int) $row->attempts + 1,
				'due'      => time() + $wait,
				'error'    => $error,
			),
			array(
				'blog_id' => $row->blog_id,
				'post_id' => $row->post_id,
			),
			array( '%d', '%d', '%s' ),
			array( '%d', '%d' )
		);
	}

	/**
	 * The row of a post.
	 *
	 * @param int $post_id Post of the current site.
	 */
	private function row( int $post_id ): ?\stdClass {
		global $wpdb;
		// phpcs:ignore WordPress.DB
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM ' . self::table() . ' WHERE blog_id = %d AND post_id = %d', get_current_blog_id(), $post_id ) );
		return $row instanceof \stdClass ? $row : null;
	}
}
