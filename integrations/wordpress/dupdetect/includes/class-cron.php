<?php
/**
 * What runs by itself.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Each minute: the queue and the first fill. Each day: reconcile. On a network the main site's cron does it for all.
 */
final class Cron {

	const MINUTE = 'dupdetect_each_minute';
	const DAY    = 'dupdetect_each_day';

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
	 * Make it.
	 *
	 * @param Queue     $queue     Queue.
	 * @param Fill      $fill      Fill.
	 * @param Reconcile $reconcile Reconcile.
	 */
	public function __construct( Queue $queue, Fill $fill, Reconcile $reconcile ) {
		$this->queue     = $queue;
		$this->fill      = $fill;
		$this->reconcile = $reconcile;
	}

	/**
	 * Hook up.
	 */
	public function hook(): void {
		add_filter( 'cron_schedules', array( $this, 'schedules' ) ); // phpcs:ignore WordPress.WP.CronInterval
		add_action( self::MINUTE, array( $this, 'each_minute' ) );
		add_action( self::DAY, array( $this, 'each_day' ) );
		add_action( 'init', array( $this, 'plan' ) );
	}

	/**
	 * Plan both, where that is not done.
	 */
	public function plan(): void {
		if ( Settings::is_network() && ! is_main_site() ) {
			return;
		}
		foreach ( array(
			self::MINUTE => self::MINUTE,
			self::DAY    => 'daily',
		) as $hook => $recurrence ) {
			if ( ! wp_next_scheduled( $hook ) ) {
				wp_schedule_event( time(), $recurrence, $hook );
			}
		}
	}

	/**
	 * A minute is an interval.
	 *
	 * @param array<string, array<string, mixed>> $schedules Intervals.
	 * @return array<string, array<string, mixed>>
	 */
	public function schedules( $schedules ) {
		$schedules[ self::MINUTE ] = array(
			'interval' => MINUTE_IN_SECONDS,
			'display'  => __( 'Each minute (dupdetect)', 'dupdetect' ),
		);
		return $schedules;
	}

	/**
	 * Send what waits, then go on with the first fill.
	 */
	public function each_minute(): void {
		$this->queue->drain();
		$until = microtime( true ) + 20.0;
		self::for_each_site(
			function () use ( $until ): void {
				while ( microtime( true ) < $until && $this->fill->step() ) {
					continue;
				}
			}
		);
	}

	/**
	 * Look for differences, once the first fill is through.
	 */
	public function each_day(): void {
		self::for_each_site(
			function (): void {
				if ( Fill::state()['is_done'] ) {
					try {
						$this->reconcile->run();
					} catch ( Unavailable $unavailable ) {
						return; // Tomorrow, then; the settings page shows that the service is away.
					}
				}
			}
		);
	}

	/**
	 * Do something on each site that the plugin is active for.
	 *
	 * @param callable(): void $job What to do.
	 */
	public static function for_each_site( callable $job ): void {
		if ( ! Settings::is_network() ) {
			$job();
			return;
		}
		$sites = get_sites(
			array(
				'fields'  => 'ids',
				'number'  => 0,
				'deleted' => 0,
			)
		);
		foreach ( $sites as $blog_id ) {
			switch_to_blog( (int) $blog_id );
			$job();
			restore_current_blog();
		}
	}
}
