<?php
/**
 * The REST API: the block editor, apps, headless clients.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Refuses a publish with 409 before anything is stored.
 */
final class Rest_Road {

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
		add_action(
			'rest_api_init',
			function (): void {
				foreach ( Settings::get( 'post_types' ) as $type ) {
					add_filter( "rest_pre_insert_$type", array( $this, 'before_insert' ), 100, 2 );
				}
			}
		);
	}

	/**
	 * Check a post that a request wants to bring before readers.
	 *
	 * @param \stdClass|\WP_Error $prepared Only what the request changes: `{status: "publish"}` has no text.
	 * @param \WP_REST_Request    $request  The request; `dupdetect_reason` overrides, for those who may.
	 * @return \stdClass|\WP_Error
	 */
	public function before_insert( $prepared, \WP_REST_Request $request ) {
		if ( is_wp_error( $prepared ) || preg_match( '#/autosaves/?$#', (string) $request->get_route() ) ) {
			return $prepared; // An autosave of a live post passes here too, and is none of the public's.
		}
		$before = empty( $prepared->ID ) ? null : get_post( $prepared->ID );
		$fields = array_filter(
			(array) $prepared,
			static function ( $value ): bool {
				return null !== $value;
			}
		);
		$start  = array(
			'ID'          => 0,
			'post_status' => 'draft', // As wp_insert_post() has it; an empty WP_Post would say publish.
		);
		$post   = new \WP_Post( (object) array_merge( $before ? $before->to_array() : $start, $fields ) );
		if ( ! $this->gate->concerns( $post, $before ) ) {
			return $prepared;
		}
		$sections = is_array( $request['categories'] ) ? Document::section_names( $request['categories'] ) : null;
		$reason   = is_string( $request['dupdetect_reason'] ) ? sanitize_textarea_field( $request['dupdetect_reason'] ) : '';
		$attempt  = $this->gate->judge( $post, $sections ? $sections : null, $reason );

		$attempt->before_cleaning = true;
		if ( $attempt->is_allowed ) {
			return $prepared;
		}
		if ( 'unavailable' === $attempt->outcome ) {
			return new \WP_Error( 'dupdetect_unavailable', $attempt->message, array( 'status' => 503 ) );
		}
		$message = $attempt->message;
		if ( '' !== $reason && ! Settings::may_override() ) {
			$message .= ' ' . __( 'You may not publish in spite of that.', 'dupdetect' );
		}
		/* translators: %s: what the post is the same as. */
		$message = sprintf( __( 'Not published: %s', 'dupdetect' ), $message );
		return new \WP_Error(
			'dupdetect_duplicate',
			$message,
			array(
				'status'  => 409,
				'matches' => Matches::for_people( $attempt->matches ),
			)
		);
	}
}
