<?php
/**
 * What is already live twice.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Under Tools: posts that the check left a note on, and pairs of live posts that the service finds alike.
 */
final class Audit_Page {

	const PAGE  = 'dupdetect-audit';
	const NOTES = 100;

	/**
	 * The service's client.
	 *
	 * @var Client
	 */
	private $client;

	/**
	 * Make the page.
	 *
	 * @param Client $client Client.
	 */
	public function __construct( Client $client ) {
		$this->client = $client;
	}

	/**
	 * Hook up.
	 */
	public function hook(): void {
		add_action(
			'admin_menu',
			function (): void {
				add_management_page( __( 'Duplicates', 'dupdetect' ), __( 'Duplicates', 'dupdetect' ), 'edit_others_posts', self::PAGE, array( $this, 'show' ) );
			}
		);
	}

	/**
	 * Print the page.
	 */
	public function show(): void {
		echo '<div class="wrap"><h1>' . esc_html__( 'Duplicates', 'dupdetect' ) . '</h1>';
		self::show_notes();
		$this->show_pairs();
		echo '</div>';
	}

	/**
	 * Posts with a note, the latest first.
	 */
	private static function show_notes(): void {
		$query = new \WP_Query(
			array(
				'post_type'      => Settings::get( 'post_types' ),
				'post_status'    => 'any',
				'meta_key'       => Note::META, // phpcs:ignore WordPress.DB.SlowDBQuery
				'posts_per_page' => self::NOTES,
				'orderby'        => 'modified',
			)
		);
		echo '<h2>' . esc_html__( 'Held, overridden, unchecked', 'dupdetect' ) . '</h2>';
		if ( ! $query->posts ) {
			echo '<p>' . esc_html__( 'None.', 'dupdetect' ) . '</p>';
			return;
		}
		echo '<table class="widefat striped" id="dupdetect-notes"><thead><tr><th>' . esc_html__( 'Post', 'dupdetect' ) . '</th><th>' . esc_html__( 'State', 'dupdetect' ) . '</th><th>' . esc_html__( 'Why', 'dupdetect' ) . '</th></tr></thead><tbody>';
		foreach ( $query->posts as $post ) {
			$note = Note::of( $post->ID );
			if ( ! $note ) {
				continue;
			}
			$why = $note['message'];
			if ( ! empty( $note['override']['reason'] ) ) {
				$why .= sprintf( ' – %s: “%s”', $note['override']['actor'] ?? '', $note['override']['reason'] );
			}
			echo '<tr><td>';
			self::print_post( get_current_blog_id(), $post->ID );
			echo '</td><td>' . esc_html( Note::label( $note ) ) . '</td><td>' . esc_html( $why ) . '</td></tr>';
		}
		echo '</tbody></table>';
		if ( $query->found_posts > self::NOTES ) {
			/* translators: 1: number shown, 2: number in all. */
			echo '<p>' . esc_html( sprintf( __( 'The latest %1$d of %2$d.', 'dupdetect' ), self::NOTES, $query->found_posts ) ) . '</p>';
		}
	}

	/**
	 * A page of pairs.
	 */
	private function show_pairs(): void {
		echo '<h2>' . esc_html__( 'Live, and alike', 'dupdetect' ) . '</h2>';
		$cursor = isset( $_GET['cursor'] ) ? sanitize_text_field( wp_unslash( $_GET['cursor'] ) ) : null; // phpcs:ignore WordPress.Security.NonceVerification
		if ( null === $cursor && ! isset( $_GET['look'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification
			echo '<p><a class="button" href="' . esc_url( self::address( array( 'look' => 1 ) ) ) . '">' . esc_html__( 'Look for pairs', 'dupdetect' ) . '</a></p>';
			return;
		}
		try {
			$page = $this->client->audit( $cursor );
		} catch ( Unavailable $unavailable ) {
			echo '<div class="notice notice-warning inline"><p>' . esc_html__( 'The service is unavailable.', 'dupdetect' ) . ' ' . esc_html( $unavailable->getMessage() ) . '</p></div>';
			return;
		}
		$pairs = (array) ( $page['pairs'] ?? array() );
		/* translators: 1: number of posts, 2: number of pairs. */
		echo '<p>' . esc_html( sprintf( __( '%1$d posts looked at, %2$d pairs.', 'dupdetect' ), (int) ( $page['looked_at'] ?? 0 ), count( $pairs ) ) ) . '</p>';
		if ( $pairs ) {
			echo '<table class="widefat striped" id="dupdetect-pairs"><thead><tr><th>' . esc_html__( 'Post', 'dupdetect' ) . '</th><th>' . esc_html__( 'Like', 'dupdetect' ) . '</th><th>' . esc_html__( 'How', 'dupdetect' ) . '</th></tr></thead><tbody>';
			foreach ( $pairs as $pair ) {
				echo '<tr><td>';
				self::print_document( (string) ( $pair['left'] ?? '' ) );
				echo '</td><td>';
				self::print_document( (string) ( $pair['right'] ?? '' ) );
				echo '</td><td>' . esc_html( sprintf( '%s, %d %%. %s', $pair['relation'] ?? '', round( 100 * (float) ( $pair['score'] ?? 0 ) ), $pair['message'] ?? '' ) ) . '</td></tr>';
			}
			echo '</tbody></table>';
		}
		if ( ! empty( $page['cursor'] ) ) {
			echo '<p><a class="button" href="' . esc_url( self::address( array( 'cursor' => $page['cursor'] ) ) ) . '">' . esc_html__( 'Look further', 'dupdetect' ) . '</a></p>';
		} else {
			echo '<p>' . esc_html__( 'That was all.', 'dupdetect' ) . '</p>';
		}
	}

	/**
	 * Print a document of the service, which may be another system's.
	 *
	 * @param string $id Document id.
	 */
	private static function print_document( string $id ): void {
		if ( preg_match( '/^wp:(\d+):(\d+)$/', $id, $parts ) && ( ! is_multisite() ? '1' === $parts[1] : get_site( (int) $parts[1] ) ) ) {
			self::print_post( (int) $parts[1], (int) $parts[2] );
		} else {
			echo esc_html( $id );
		}
	}

	/**
	 * Print a post: title, site, sections, with links as far as the user may follow them.
	 *
	 * @param int $blog_id Site of the network.
	 * @param int $post_id Post.
	 */
	private static function print_post( int $blog_id, int $post_id ): void {
		$is_elsewhere = get_current_blog_id() !== $blog_id;
		if ( $is_elsewhere ) {
			switch_to_blog( $blog_id );
		}
		$post = get_post( $post_id );
		if ( $post ) {
			$may  = current_user_can( 'edit_post', $post->ID );
			$link = $may ? get_edit_post_link( $post->ID ) : ( 'publish' === $post->post_status ? get_permalink( $post->ID ) : null );
			$text = $may || 'publish' === $post->post_status ? $post->post_title : '';
			$text = '' === $text ? Document::id( $post->ID ) : $text;
			echo $link ? '<a href="' . esc_url( $link ) . '">' . esc_html( $text ) . '</a>' : esc_html( $text );
			echo '<br><small>' . esc_html( implode( ' · ', array_merge( array( Document::site() ), Document::sections( $post ), array( mysql2date( get_option( 'date_format' ), $post->post_date ) ) ) ) ) . '</small>';
		} else {
			echo esc_html( Document::id( $post_id ) . ' – ' . __( 'no longer there', 'dupdetect' ) );
		}
		if ( $is_elsewhere ) {
			restore_current_blog();
		}
	}

	/**
	 * This page's address.
	 *
	 * @param array<string, mixed> $query Query.
	 */
	private static function address( array $query ): string {
		return add_query_arg( array( 'page' => self::PAGE ) + array_map( 'rawurlencode', array_map( 'strval', $query ) ), admin_url( 'tools.php' ) );
	}
}
