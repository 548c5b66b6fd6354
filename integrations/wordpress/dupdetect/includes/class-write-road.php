<?php
/**
 * Everything that writes posts without the REST API.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Classic form, quick and bulk edit, XML-RPC, importers, other plugins: all end in wp_insert_post(), which cannot be
 * refused. A new publication is held as pending; a live post stays live as it was, and the new text is kept as an
 * autosave.
 */
final class Write_Road {

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
		add_filter( 'wp_insert_post_data', array( $this, 'before_write' ), 100, 2 );
		add_filter( 'redirect_post_location', array( $this, 'without_success' ), 10, 2 );
	}

	/**
	 * Check a post that is about to be written.
	 *
	 * @param array<string, mixed> $data    The row, slashed.
	 * @param array<string, mixed> $postarr What the caller gave, with the ID.
	 * @return array<string, mixed>
	 */
	public function before_write( $data, $postarr ) {
		if ( ! in_array( $data['post_status'], Document::LIVE, true ) ) {
			return $data;
		}
		$id     = (int) ( $postarr['ID'] ?? 0 );
		$before = $id ? get_post( $id ) : null;
		$post   = new \WP_Post( (object) array_merge( wp_unslash( $data ), array( 'ID' => $id ) ) );
		if ( ! $this->gate->concerns( $post, $before ) ) {
			return $data;
		}
		$attempt = $this->gate->recall( $post );
		if ( null === $attempt ) {
			$chosen  = isset( $postarr['post_category'] ) ? Document::section_names( (array) $postarr['post_category'] ) : array();
			$attempt = $this->gate->judge( $post, $chosen ? $chosen : null, self::reason() );
			self::tell( $attempt, $post );
		}
		if ( $attempt->is_allowed ) {
			return $data;
		}
		if ( $before && in_array( $before->post_status, array( 'publish', 'private' ), true ) ) {
			$note = Note::from( $attempt );
			if ( 'block' === $attempt->outcome ) {
				$note['outcome'] = 'edit';
			}
			Note::set( $id, $note );
			return self::with_old_text( $data, $before );
		}
		$data['post_status'] = 'pending';
		return $data;
	}

	/**
	 * Drop the message of success from the address that the classic form leads to.
	 *
	 * @param string $location Address.
	 * @param int    $post_id  Post.
	 */
	public function without_success( $location, $post_id ) {
		$note = Note::of( (int) $post_id );
		return $note && $note['is_held'] ? remove_query_arg( 'message', $location ) : $location;
	}

	/**
	 * The row with the live text; the new one becomes an autosave, so that nothing an editor wrote is lost.
	 *
	 * @param array<string, mixed> $data   The row, slashed.
	 * @param \WP_Post             $before The post as it is stored.
	 * @return array<string, mixed>
	 */
	private static function with_old_text( array $data, \WP_Post $before ): array {
		_wp_put_post_revision( array_merge( wp_unslash( $data ), array( 'ID' => $before->ID ) ), true );
		$kept = array( 'post_title', 'post_content', 'post_excerpt', 'post_name', 'post_status', 'post_password', 'post_modified', 'post_modified_gmt' );
		return array_merge( $data, wp_slash( array_intersect_key( $before->to_array(), array_flip( $kept ) ) ) );
	}

	/**
	 * The reason that came with the classic form.
	 */
	private static function reason(): string {
		if ( ! isset( $_POST['dupdetect_reason'], $_POST['dupdetect_nonce'] )
			|| ! wp_verify_nonce( sanitize_key( wp_unslash( $_POST['dupdetect_nonce'] ) ), 'dupdetect_override' ) ) {
			return '';
		}
		return sanitize_textarea_field( wp_unslash( $_POST['dupdetect_reason'] ) );
	}

	/**
	 * Leave word for the person at the screen, who sees the next page only after a redirect.
	 *
	 * @param Attempt  $attempt Attempt.
	 * @param \WP_Post $post    Post.
	 */
	private static function tell( Attempt $attempt, \WP_Post $post ): void {
		if ( 'pass' === $attempt->outcome || ! get_current_user_id() ) {
			return;
		}
		Notices::leave(
			array(
				'title'      => $post->post_title,
				'outcome'    => $attempt->outcome,
				'is_allowed' => $attempt->is_allowed,
				'message'    => $attempt->message,
			)
		);
	}
}
