<?php
/**
 * What people see outside the block editor.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Notices after a redirect, the state in lists of posts (quick edit shows nothing else), the box of the classic form.
 */
final class Notices {

	const META = 'dupdetect_notices';

	/**
	 * Hook up.
	 */
	public function hook(): void {
		add_action( 'admin_notices', array( $this, 'show' ) );
		add_filter( 'display_post_states', array( $this, 'states' ), 10, 2 );
		add_action( 'add_meta_boxes', array( $this, 'add_box' ), 10, 2 );
	}

	/**
	 * Leave a notice for the current user's next screen.
	 *
	 * @param array{title: string, outcome: string, is_allowed: bool, message: string} $notice Notice.
	 */
	public static function leave( array $notice ): void {
		$notices   = self::left();
		$notices[] = $notice;
		update_user_meta( get_current_user_id(), self::META, wp_slash( wp_json_encode( $notices ) ) );
	}

	/**
	 * Show what was left, and what a post at hand is held for.
	 */
	public function show(): void {
		$notices = self::left();
		if ( $notices ) {
			delete_user_meta( get_current_user_id(), self::META );
		}
		foreach ( $notices as $notice ) {
			$what = $notice['is_allowed']
				? ( 'overridden' === $notice['outcome'] ? __( 'Published with a reason', 'dupdetect' ) : __( 'Published', 'dupdetect' ) )
				: __( 'Not published', 'dupdetect' );
			self::show_one( $notice['is_allowed'] ? 'warning' : 'error', sprintf( '“%s”: %s', $notice['title'], $what ), $notice['message'] );
		}
		$screen = get_current_screen();
		if ( ! $notices && $screen && 'post' === $screen->base && isset( $GLOBALS['post'] ) ) {
			$note = Note::of( (int) $GLOBALS['post']->ID );
			if ( $note && 'overridden' !== $note['outcome'] ) {
				self::show_one( $note['is_held'] ? 'error' : 'warning', Note::label( $note ), $note['message'] );
			}
		}
	}

	/**
	 * Say in a list of posts what is up with one.
	 *
	 * @param array<string, string> $states States.
	 * @param \WP_Post              $post   Post.
	 * @return array<string, string>
	 */
	public function states( $states, $post ) {
		$note = $post instanceof \WP_Post ? Note::of( $post->ID ) : null;
		if ( $note && 'overridden' !== $note['outcome'] ) {
			$states['dupdetect'] = esc_html( Note::label( $note ) );
		}
		return $states;
	}

	/**
	 * A box for the classic form of a post that has a note.
	 *
	 * @param string          $type Post type.
	 * @param \WP_Post|object $post Post.
	 */
	public function add_box( $type, $post ): void {
		if ( ! $post instanceof \WP_Post || ! Document::is_of_interest( $post ) || ! Note::of( $post->ID ) ) {
			return;
		}
		add_meta_box(
			'dupdetect',
			__( 'Earlier posts', 'dupdetect' ),
			array( $this, 'print_box' ),
			$type,
			'normal',
			'high',
			array( '__back_compat_meta_box' => true ) // The block editor has its own panel.
		);
	}

	/**
	 * The box: what matches, and room for a reason.
	 *
	 * @param \WP_Post $post Post.
	 */
	public function print_box( \WP_Post $post ): void {
		$note = Note::of( $post->ID );
		if ( ! $note ) {
			return;
		}
		echo '<p>' . esc_html( $note['message'] ) . '</p>';
		self::print_matches( $note['matches'] );
		if ( ! empty( $note['override']['reason'] ) ) {
			/* translators: 1: user name, 2: reason. */
			echo '<p>' . esc_html( sprintf( __( 'Published by %1$s with the reason: %2$s', 'dupdetect' ), $note['override']['actor'] ?? '', $note['override']['reason'] ) ) . '</p>';
		}
		if ( 'overridden' !== $note['outcome'] && 'unavailable' !== $note['outcome'] && Settings::may_override() ) {
			wp_nonce_field( 'dupdetect_override', 'dupdetect_nonce' );
			echo '<p><label for="dupdetect_reason">' . esc_html__( 'To publish all the same, say why, then press Publish:', 'dupdetect' ) . '</label><br>'
				. '<textarea id="dupdetect_reason" name="dupdetect_reason" rows="2" maxlength="2000" class="large-text"></textarea></p>';
		}
	}

	/**
	 * A list of matches.
	 *
	 * @param array<int, array<string, mixed>> $matches As Matches::for_people() gives them.
	 */
	public static function print_matches( array $matches ): void {
		echo '<ul class="ul-disc">';
		foreach ( $matches as $match ) {
			$title = '' !== $match['title'] ? $match['title'] : $match['id'];
			echo '<li>';
			if ( '' !== $match['url'] ) {
				echo '<a href="' . esc_url( $match['url'] ) . '">' . esc_html( $title ) . '</a>';
			} else {
				echo esc_html( $title );
			}
			/* translators: 1: site and sections, 2: percentage. */
			echo ' – ' . esc_html( sprintf( __( '%1$s, %2$d %% the same', 'dupdetect' ), Matches::place( $match ), round( 100 * $match['score'] ) ) ) . '</li>';
		}
		echo '</ul>';
	}

	/**
	 * A notice.
	 *
	 * @param string $kind    `error` or `warning`.
	 * @param string $heading Plain text.
	 * @param string $message Plain text.
	 */
	private static function show_one( string $kind, string $heading, string $message ): void {
		echo '<div class="notice notice-' . esc_attr( $kind ) . ' is-dismissible dupdetect-notice"><p><strong>' . esc_html( $heading ) . '</strong> ' . esc_html( $message ) . '</p></div>';
	}

	/**
	 * What was left for the current user.
	 *
	 * @return array<int, array<string, mixed>>
	 */
	private static function left(): array {
		$notices = json_decode( (string) get_user_meta( get_current_user_id(), self::META, true ), true );
		return is_array( $notices ) ? $notices : array();
	}
}
