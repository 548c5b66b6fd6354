<?php
/**
 * One attempt to bring one post before readers.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * What was asked and answered for one post in this request, and what became of the claim.
 */
final class Attempt {

	/**
	 * The post's id, 0 while it has none.
	 *
	 * @var int
	 */
	public $post_id;

	/**
	 * Its type.
	 *
	 * @var string
	 */
	public $type;

	/**
	 * Title and text as judged; see fingerprint().
	 *
	 * @var string
	 */
	public $fingerprint;

	/**
	 * Whether the REST filter judged it, before WordPress cleaned its text.
	 *
	 * @var bool
	 */
	public $before_cleaning = false;

	/**
	 * The key of the claim, made here because a new post has no id yet; a scheduled post keeps its own.
	 *
	 * @var string
	 */
	public $key;

	/**
	 * Whether the claim was granted and has become neither a document nor been released.
	 *
	 * @var bool
	 */
	public $is_open = false;

	/**
	 * Whether it was claimed before it had an id.
	 *
	 * @var bool
	 */
	public $is_nameless;

	/**
	 * `pass`, `warn`, `block`, `overridden` or `unavailable`.
	 *
	 * @var string
	 */
	public $outcome = 'pass';

	/**
	 * Whether it goes live.
	 *
	 * @var bool
	 */
	public $is_allowed = true;

	/**
	 * What to tell people; plain text.
	 *
	 * @var string
	 */
	public $message = '';

	/**
	 * The matches as the service gave them.
	 *
	 * @var array<int, array<string, mixed>>
	 */
	public $matches = array();

	/**
	 * Reason and actor of an override, and what gave them the right.
	 *
	 * @var ?array{reason: string, actor: string, capability: string}
	 */
	public $override = null;

	/**
	 * Start an attempt.
	 *
	 * @param \WP_Post $post The post as it shall be.
	 */
	public function __construct( \WP_Post $post ) {
		$this->post_id     = (int) $post->ID;
		$this->type        = $post->post_type;
		$this->fingerprint = self::fingerprint( $post );
		$this->key         = Scheduled::key( $this->post_id ) ?? wp_generate_uuid4();
		$this->is_nameless = ! $this->post_id;
	}

	/**
	 * What tells one text from another within a request.
	 *
	 * @param \WP_Post $post Post.
	 */
	public static function fingerprint( \WP_Post $post ): string {
		return md5( wp_json_encode( array( $post->post_type, $post->post_title, $post->post_content ) ) );
	}
}
