<?php
/**
 * The plugin's own REST route, which the panel in the editor asks.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * POST /wp-json/dupdetect/v1/check: what would be said of a post as it stands in the editor. Claims nothing.
 */
final class Check_Route {

	/**
	 * The service's client.
	 *
	 * @var Client
	 */
	private $client;

	/**
	 * Make the route.
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
		add_action( 'rest_api_init', array( $this, 'register' ) );
	}

	/**
	 * Register the route. Whoever comes with a cookie must come with WordPress's nonce too, else they are nobody.
	 */
	public function register(): void {
		$text = array( 'type' => 'string' );
		register_rest_route(
			'dupdetect/v1',
			'/check',
			array(
				'methods'             => 'POST',
				'callback'            => array( $this, 'answer' ),
				'permission_callback' => static function ( \WP_REST_Request $request ): bool {
					return current_user_can( 'edit_post', (int) $request['post'] );
				},
				'args'                => array(
					'post'       => array(
						'type'     => 'integer',
						'minimum'  => 1,
						'required' => true,
					),
					'title'      => $text,
					'content'    => $text,
					'categories' => array(
						'type'  => 'array',
						'items' => array( 'type' => 'integer' ),
					),
					'canonical'  => $text + array( 'format' => 'uri' ),
					'reason'     => $text + array(
						'maxLength'         => 2000,
						'sanitize_callback' => 'sanitize_textarea_field',
					),
				),
			)
		);
	}

	/**
	 * Check; with `canonical`, after noting that the post points to its original; with `reason`, overriding.
	 *
	 * @param \WP_REST_Request $request Request.
	 * @return array<string, mixed>|\WP_Error
	 */
	public function answer( \WP_REST_Request $request ) {
		$stored = get_post( (int) $request['post'] );
		if ( ! $stored ) {
			return new \WP_Error( 'rest_post_invalid_id', __( 'There is no such post.', 'dupdetect' ), array( 'status' => 404 ) );
		}
		if ( null !== $request['canonical'] ) {
			Canonical::set( $stored->ID, (string) $request['canonical'] );
		}
		$post = clone $stored;

		$post->post_title   = (string) ( $request['title'] ?? $stored->post_title );
		$post->post_content = (string) ( $request['content'] ?? $stored->post_content );

		$sections = is_array( $request['categories'] ) ? Document::section_names( $request['categories'] ) : array();
		$question = Gate::question( $post, $sections ? $sections : null );
		$reason   = trim( (string) $request['reason'] );
		if ( '' !== $reason ) {
			if ( ! Settings::may_override() ) {
				return new \WP_Error( 'dupdetect_forbidden', __( 'You may not publish in spite of a match.', 'dupdetect' ), array( 'status' => 403 ) );
			}
			$override             = Gate::override( $reason );
			$question['override'] = Gate::told( $override );
		}
		try {
			$answer = $this->client->check( $question );
		} catch ( Unavailable $unavailable ) {
			$is_open = 'open' === Settings::get( 'fail' );
			return array(
				'outcome'   => 'unavailable',
				'is_locked' => ! $is_open,
				'message'   => $is_open && ! $unavailable->is_refusal()
					? __( 'The check for earlier posts is unavailable. You can publish; the post will be checked later.', 'dupdetect' )
					: Gate::unavailable_message( false, $unavailable ),
				'matches'   => array(),
				'canonical' => Canonical::of( $stored->ID ),
			);
		}
		if ( isset( $override ) && 'overridden' === $answer['decision'] ) {
			Note::keep_override( $stored->ID, $override );
		}
		return array(
			'outcome'   => $answer['decision'],
			'is_locked' => 'block' === $answer['decision'] && 'block' === Settings::get( 'mode' ),
			'message'   => Gate::plain( (string) $answer['message'] ),
			'matches'   => Matches::for_people( (array) $answer['matches'] ),
			'canonical' => Canonical::of( $stored->ID ),
		);
	}
}
