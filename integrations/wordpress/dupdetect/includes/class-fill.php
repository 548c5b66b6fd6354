<?php
/**
 * The first fill: what was live before the plugin came.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Sends every live post once, in batches, from where it stopped; by cron, by WP-CLI or from the settings page.
 */
final class Fill {

	const STATE       = 'dupdetect_fill';
	const BATCH       = 100;
	const BATCH_BYTES = 1500000; // The service takes bodies of up to 2 MiB.

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
	 * Make a fill.
	 *
	 * @param Client $client Client.
	 * @param Queue  $queue  Queue.
	 */
	public function __construct( Client $client, Queue $queue ) {
		$this->client = $client;
		$this->queue  = $queue;
	}

	/**
	 * Where the current site's fill stands.
	 *
	 * @return array{is_done: bool, last: int, sent: int, refused: int, error: string}
	 */
	public static function state(): array {
		return array_merge(
			array(
				'is_done' => false,
				'last'    => 0,
				'sent'    => 0,
				'refused' => 0,
				'error'   => '',
			),
			(array) get_option( self::STATE, array() )
		);
	}

	/**
	 * Begin again: addresses or names of all posts changed.
	 */
	public static function restart(): void {
		delete_option( self::STATE );
	}

	/**
	 * Ids of the current site's live posts after one, in order.
	 *
	 * @param int $after Post id.
	 * @param int $limit At most so many; 0 for all.
	 * @return int[]
	 */
	public static function ids( int $after = 0, int $limit = 0 ): array {
		global $wpdb;
		$types = Settings::get( 'post_types' );
		if ( ! $types ) {
			return array();
		}
		$query = "SELECT ID FROM $wpdb->posts WHERE post_status = 'publish' AND post_password = '' AND ID > %d"
			. ' AND post_type IN (' . implode( ', ', array_fill( 0, count( $types ), '%s' ) ) . ') ORDER BY ID';
		$query = $wpdb->prepare( $query, array_merge( array( $after ), $types ) ); // phpcs:ignore WordPress.DB
		return array_map( 'intval', $wpdb->get_col( $limit ? "$query LIMIT " . (int) $limit : $query ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Whether every other site that the plugin is active for is done.
	 */
	private static function is_last_site(): bool {
		$here    = get_current_blog_id();
		$is_last = true;
		Cron::for_each_site(
			static function () use ( $here, &$is_last ): void {
				$is_last = $is_last && ( get_current_blog_id() === $here || self::state()['is_done'] );
			}
		);
		return $is_last;
	}

	/**
	 * How many posts the current site has to send in all.
	 */
	public static function total(): int {
		return count( self::ids() );
	}

	/**
	 * Send the current site's next batch.
	 *
	 * @return bool Whether there is more.
	 */
	public function step(): bool {
		$state = self::state();
		if ( $state['is_done'] ) {
			return false;
		}
		$ids   = self::ids( $state['last'], self::BATCH );
		$lines = array();
		$bytes = 0;
		$last  = $state['last'];
		foreach ( $ids as $id ) {
			$post = get_post( $id );
			$line = $post && Document::is_indexed( $post ) ? wp_json_encode( array( 'document' => Document::of( $post ) ) ) : false;
			if ( is_string( $line ) && strlen( $line ) > self::BATCH_BYTES ) {
				$this->queue->push( $id, __( 'Too large for a batch.', 'dupdetect' ) );
				$line = false;
			}
			if ( is_string( $line ) ) {
				if ( $bytes + strlen( $line ) > self::BATCH_BYTES ) {
					break; // The next batch begins with this one.
				}
				$lines[ $id ] = $line;
				$bytes       += strlen( $line ) + 1;
			}
			$last = $id;
		}
		try {
			$results = $this->client->batch( array_values( $lines ), ! $ids && self::is_last_site() );
		} catch ( Unavailable $unavailable ) {
			$state['error'] = $unavailable->getMessage();
			update_option( self::STATE, $state, false );
			return false;
		}
		foreach ( array_keys( $lines ) as $number => $id ) {
			$status = (int) ( $results[ $number ]['status'] ?? 0 );
			if ( ( $status >= 200 && $status < 300 ) || 409 === $status ) {
				++$state['sent'];
			} else {
				++$state['refused'];
				$problem = $results[ $number ]['problem'] ?? array();
				$this->queue->push( $id, (string) ( $problem['detail'] ?? $problem['title'] ?? __( 'No result.', 'dupdetect' ) ) );
			}
		}
		$state['last']    = $last;
		$state['error']   = '';
		$state['is_done'] = ! $ids;
		update_option( self::STATE, $state, false );
		return ! $state['is_done'];
	}
}
