<?php
/**
 * What the check left on a post.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * A post's note, kept as JSON in its meta: why it is held, that it went live unchecked, who overrode what.
 */
final class Note {

	const META     = '_dupdetect_note';
	const OVERRIDE = '_dupdetect_override';

	/**
	 * The note of an attempt.
	 *
	 * @param Attempt $attempt Attempt.
	 * @return ?array<string, mixed> Null where there is nothing to say.
	 */
	public static function from( Attempt $attempt ): ?array {
		if ( 'pass' === $attempt->outcome ) {
			return null;
		}
		$override = $attempt->override;
		if ( null === $override && 'overridden' === $attempt->outcome ) { // Given in the editor's panel, before publishing.
			$kept     = json_decode( (string) get_post_meta( $attempt->post_id, self::OVERRIDE, true ), true );
			$override = is_array( $kept ) ? $kept : null;
		}
		return self::make( $attempt->outcome, $attempt->message, ! $attempt->is_allowed, $attempt->matches, $override );
	}

	/**
	 * Keep an override that was given before publishing.
	 *
	 * @param int                                                      $post_id  Post.
	 * @param array{reason: string, actor: string, capability: string} $override Override.
	 */
	public static function keep_override( int $post_id, array $override ): void {
		update_post_meta( $post_id, self::OVERRIDE, wp_slash( wp_json_encode( $override ) ) );
	}

	/**
	 * The note of a live post that was checked afterwards.
	 *
	 * @param array<string, mixed> $answer The service's decision.
	 * @return ?array<string, mixed> Null where nothing is wrong.
	 */
	public static function afterwards( array $answer ): ?array {
		return 'block' === $answer['decision'] ? self::make( 'live', Gate::plain( $answer['message'] ), false, $answer['matches'] ) : null;
	}

	/**
	 * A post's note.
	 *
	 * @param int $post_id Post.
	 * @return ?array<string, mixed>
	 */
	public static function of( int $post_id ): ?array {
		$note = json_decode( (string) get_post_meta( $post_id, self::META, true ), true );
		return is_array( $note ) && isset( $note['outcome'], $note['message'], $note['is_held'], $note['matches'] ) ? $note : null;
	}

	/**
	 * Keep a note, or forget the last one.
	 *
	 * @param int                   $post_id Post.
	 * @param ?array<string, mixed> $note    Note.
	 */
	public static function set( int $post_id, ?array $note ): void {
		if ( null === $note ) {
			delete_post_meta( $post_id, self::META );
		} else {
			update_post_meta( $post_id, self::META, wp_slash( wp_json_encode( $note ) ) );
		}
	}

	/**
	 * How a note's outcome is said in a word or two.
	 *
	 * @param array<string, mixed> $note Note.
	 */
	public static function label( array $note ): string {
		$labels = array(
			'block'       => $note['is_held'] ? __( 'Held: like an earlier post', 'dupdetect' ) : __( 'Like an earlier post', 'dupdetect' ),
			'edit'        => __( 'Last edit not taken: like an earlier post', 'dupdetect' ),
			'warn'        => __( 'Like an earlier post', 'dupdetect' ),
			'overridden'  => __( 'Published with a reason', 'dupdetect' ),
			'unavailable' => $note['is_held'] ? __( 'Held: check unavailable', 'dupdetect' ) : __( 'Not yet checked', 'dupdetect' ),
			'live'        => __( 'Live, and like another post', 'dupdetect' ),
		);
		return $labels[ $note['outcome'] ] ?? '';
	}

	/**
	 * A note.
	 *
	 * @param string                           $outcome  Outcome.
	 * @param string                           $message  Plain text.
	 * @param bool                             $is_held  Whether the post is kept from readers.
	 * @param array<int, array<string, mixed>> $matches  As the service gave them.
	 * @param ?array<string, string>           $override Reason, actor, capability.
	 * @return array<string, mixed>
	 */
	private static function make( string $outcome, string $message, bool $is_held, array $matches, ?array $override = null ): array {
		return array(
			'outcome'  => $outcome,
			'message'  => $message,
			'is_held'  => $is_held,
			'matches'  => Matches::for_people( $matches, 0 ),
			'override' => $override,
			'time'     => time(),
		);
	}
}
