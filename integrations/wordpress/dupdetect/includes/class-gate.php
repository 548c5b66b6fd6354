<?php
/**
 * The one place where it is decided whether a post may go before readers.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Every road asks the gate; within one request it asks the service once for one text.
 */
final class Gate {

	/**
	 * How long a scheduled post's claim outlives the moment it should go live, in seconds.
	 */
	const GRACE_S = DAY_IN_SECONDS;

	/**
	 * The service takes claims of up to 400 days; the post becomes a document at once anyway.
	 */
	const LONGEST_CLAIM_S = 399 * DAY_IN_SECONDS;

	/**
	 * The service's client.
	 *
	 * @var Client
	 */
	private $client;

	/**
	 * Attempts of this request, by site of the network.
	 *
	 * @var array<int, Attempt[]>
	 */
	private $attempts = array();

	/**
	 * Make a gate.
	 *
	 * @param Client $client Client.
	 */
	public function __construct( Client $client ) {
		$this->client = $client;
		add_action( 'shutdown', array( $this, 'release_open_claims' ) );
	}

	/**
	 * Whether a write brings a text before readers that was not there so: going live, or a live text that changes.
	 *
	 * @param \WP_Post  $post   As it shall be.
	 * @param ?\WP_Post $before As it is stored.
	 */
	public function concerns( \WP_Post $post, ?\WP_Post $before ): bool {
		if ( ! Document::is_of_interest( $post ) || ! in_array( $post->post_status, Document::LIVE, true ) ) {
			return false;
		}
		return null === $before
			|| $before->post_status !== $post->post_status
			|| $before->post_title !== $post->post_title
			|| $before->post_content !== $post->post_content
			|| ( '' !== $before->post_password && '' === $post->post_password );
	}

	/**
	 * Ask the service, apply what the administrator chose for the time when there is no answer, claim the text.
	 *
	 * @param \WP_Post  $post     As it shall be.
	 * @param ?string[] $sections Its sections, where the stored ones are not yet right.
	 * @param string    $reason   Why it should go live in spite of a match; counts only for those who may override.
	 */
	public function judge( \WP_Post $post, ?array $sections = null, string $reason = '' ): Attempt {
		$attempt = new Attempt( $post );

		$this->attempts[ get_current_blog_id() ][] = $attempt;

		$question = self::question( $post, $sections ) + array( 'claim' => self::claim( $post, $attempt->key ) );
		if ( '' !== $reason && Settings::may_override() ) {
			$attempt->override    = self::override( $reason );
			$question['override'] = self::told( $attempt->override );
		}
		try {
			$answer = $this->client->check( $question );
		} catch ( Unavailable $unavailable ) {
			$attempt->outcome    = 'unavailable';
			$attempt->is_allowed = 'open' === Settings::get( 'fail' );
			$attempt->message    = self::unavailable_message( $attempt->is_allowed, $unavailable );
			return $attempt;
		}
		$attempt->outcome    = $answer['decision'];
		$attempt->is_allowed = 'block' !== $answer['decision'] || 'warn' === Settings::get( 'mode' );
		$attempt->message    = self::plain( (string) $answer['message'] );
		$attempt->matches    = (array) $answer['matches'];
		$attempt->is_open    = ! empty( $answer['claim']['granted'] );
		return $attempt;
	}

	/**
	 * What this request already found about a post, and bind it to the row that WordPress is writing.
	 *
	 * @param \WP_Post $post As WordPress writes it, or has written it.
	 */
	public function recall( \WP_Post $post ): ?Attempt {
		$print    = Attempt::fingerprint( $post );
		$attempts = array_reverse( $this->attempts[ get_current_blog_id() ] ?? array() );
		foreach ( $attempts as $attempt ) {
			if ( $attempt->fingerprint === $print && in_array( $attempt->post_id, array( 0, $post->ID ), true ) ) {
				return self::bound( $attempt, $post );
			}
		}
		foreach ( $attempts as $attempt ) { // The REST filter saw the text before WordPress cleaned it.
			if ( $attempt->before_cleaning && $attempt->type === $post->post_type && in_array( $attempt->post_id, array( 0, $post->ID ), true ) ) {
				$attempt->before_cleaning = false;
				$attempt->fingerprint     = $print;
				return self::bound( $attempt, $post );
			}
		}
		return null;
	}

	/**
	 * Give back what was claimed for posts that did not go live.
	 */
	public function release_open_claims(): void {
		foreach ( array_merge( array(), ...array_values( $this->attempts ) ) as $attempt ) {
			if ( $attempt->is_open ) {
				$attempt->is_open = false;
				try {
					$this->client->release( $attempt->key );
				} catch ( Unavailable $unavailable ) {
					return; // It lapses by itself, after two minutes.
				}
			}
		}
	}

	/**
	 * What people read when the service does not answer; never a word of duplicates.
	 *
	 * @param bool        $is_open     Whether posts go live all the same.
	 * @param Unavailable $unavailable What happened.
	 */
	public static function unavailable_message( bool $is_open, Unavailable $unavailable ): string {
		if ( $unavailable->is_refusal() ) { // Waiting would not help.
			/* translators: %s: what the service said. */
			return self::plain( sprintf( __( 'The check is unavailable for this post: %s', 'dupdetect' ), $unavailable->getMessage() ) );
		}
		return $is_open
			? __( 'The check for earlier posts is unavailable. Published unchecked; it will be checked later.', 'dupdetect' )
			: __( 'The check for earlier posts is unavailable, so nothing can be published just now. Your text is kept; please try again later.', 'dupdetect' );
	}

	/**
	 * What the service is asked of a post.
	 *
	 * @param \WP_Post  $post     Post.
	 * @param ?string[] $sections Its sections, where the stored ones are not yet right.
	 * @return array<string, mixed>
	 */
	public static function question( \WP_Post $post, ?array $sections = null ): array {
		$original = Document::replaced_by( $post );
		return array(
			'document' => Document::of( $post, $sections ),
			'replaces' => $original ? array( Document::id( $original ) ) : array(),
		);
	}

	/**
	 * The claim of a post: two minutes for the one that goes live now, until it is live for a scheduled one.
	 *
	 * @param \WP_Post $post Post.
	 * @param string   $key  Key of the claim.
	 * @return array{key: string, ttl_s: int}
	 */
	public static function claim( \WP_Post $post, string $key ): array {
		return array(
			'key'   => $key,
			'ttl_s' => 120 + self::seconds_until_live( (string) $post->post_date_gmt ),
		);
	}

	/**
	 * What the service is told of an override: that its author may is for WordPress to know.
	 *
	 * @param array{reason: string, actor: string, capability: string} $override Override.
	 * @return array{reason: string, actor: string}
	 */
	public static function told( array $override ): array {
		return array(
			'reason' => $override['reason'],
			'actor'  => $override['actor'],
		);
	}

	/**
	 * An override by the current user, and what gave them the right.
	 *
	 * @param string $reason Why.
	 * @return array{reason: string, actor: string, capability: string}
	 */
	public static function override( string $reason ): array {
		return array(
			'reason'     => mb_substr( $reason, 0, 2000 ),
			'actor'      => wp_get_current_user()->user_login,
			'capability' => Settings::get( 'override_capability' ),
		);
	}

	/**
	 * Plain text without angle brackets: the editor shows no notice at all that looks like markup.
	 *
	 * @param string $text Text.
	 */
	public static function plain( string $text ): string {
		return strtr(
			$text,
			array(
				'<' => '‹',
				'>' => '›',
			)
		);
	}

	/**
	 * How long the claim of a scheduled post must live.
	 *
	 * @param string $gmt When it shall go live, `Y-m-d H:i:s`, or zeroes.
	 */
	private static function seconds_until_live( string $gmt ): int {
		$seconds = (int) strtotime( $gmt . ' +0000' ) - time();
		return $seconds > 0 ? min( $seconds + self::GRACE_S, self::LONGEST_CLAIM_S ) : 0;
	}

	/**
	 * An attempt, knowing its post's id as soon as there is one.
	 *
	 * @param Attempt  $attempt Attempt.
	 * @param \WP_Post $post    Post.
	 */
	private static function bound( Attempt $attempt, \WP_Post $post ): Attempt {
		if ( ! $attempt->post_id ) {
			$attempt->post_id = (int) $post->ID;
		}
		return $attempt;
	}
}
