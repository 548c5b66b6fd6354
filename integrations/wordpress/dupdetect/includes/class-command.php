<?php
/**
 * The WP-CLI command.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Fills and keeps the index of the dupdetect service.
 */
final class Command {

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
	 * The first fill.
	 *
	 * @var Fill
	 */
	private $fill;

	/**
	 * Index against site.
	 *
	 * @var Reconcile
	 */
	private $reconcile;

	/**
	 * Make the command.
	 *
	 * @param Client    $client    Client.
	 * @param Queue     $queue     Queue.
	 * @param Fill      $fill      Fill.
	 * @param Reconcile $reconcile Reconcile.
	 */
	public function __construct( Client $client, Queue $queue, Fill $fill, Reconcile $reconcile ) {
		$this->client    = $client;
		$this->queue     = $queue;
		$this->fill      = $fill;
		$this->reconcile = $reconcile;
	}

	/**
	 * Sends every live post of this site, from where the last fill stopped.
	 *
	 * ## OPTIONS
	 *
	 * [--anew]
	 * : Begin again.
	 *
	 * @param string[]              $args    Arguments.
	 * @param array<string, string> $options Options.
	 */
	public function fill( $args, $options ): void {
		if ( isset( $options['anew'] ) ) {
			Fill::restart();
		}
		$total = Fill::total();
		do {
			$more  = $this->fill->step();
			$state = Fill::state();
			\WP_CLI::log( sprintf( '%d of %d sent, %d refused', $state['sent'], $total, $state['refused'] ) );
		} while ( $more );
		if ( '' !== $state['error'] ) {
			\WP_CLI::error( 'The service is unavailable. ' . $state['error'] . ' Run the command again to go on.' );
		}
		\WP_CLI::success( 'The index knows this site.' );
	}

	/**
	 * Sends what waits in the queue.
	 */
	public function drain(): void {
		$done  = $this->queue->drain( PHP_INT_MAX, 3600.0 );
		$state = $this->queue->state();
		\WP_CLI::log( trim( sprintf( '%d sent, %d wait. %s', $done, $state['waiting'], $state['error'] ) ) );
	}

	/**
	 * Holds the index against this site and sends what differs.
	 */
	public function reconcile(): void {
		try {
			$different = $this->reconcile->run();
		} catch ( Unavailable $unavailable ) {
			\WP_CLI::error( 'The service is unavailable. ' . $unavailable->getMessage() );
			return;
		}
		\WP_CLI::log( sprintf( '%d posts differ', $different ) );
		$this->drain();
	}

	/**
	 * Says what the check would say of a post.
	 *
	 * ## OPTIONS
	 *
	 * <post>
	 * : Id of the post.
	 *
	 * @param string[] $args Arguments.
	 */
	public function check( $args ): void {
		$post = get_post( (int) ( $args[0] ?? 0 ) );
		if ( ! $post ) {
			\WP_CLI::error( 'There is no such post.' );
			return;
		}
		try {
			$answer = $this->client->check( array( 'document' => Document::of( $post ) ) );
		} catch ( Unavailable $unavailable ) {
			\WP_CLI::error( 'The service is unavailable. ' . $unavailable->getMessage() );
			return;
		}
		\WP_CLI::log( trim( $answer['decision'] . ' ' . $answer['message'] ) );
		foreach ( Matches::for_people( $answer['matches'] ) as $match ) {
			\WP_CLI::log( sprintf( '%s %.2f %s (%s) %s', $match['relation'], $match['score'], $match['title'], Matches::place( $match ), $match['url'] ) );
		}
	}
}
