<?php
/**
 * Matches as people may see them.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Chooses and bounds what is shown of matches. Everything is plain text still to be escaped where it is printed.
 */
final class Matches {

	const PASSAGE_CHARACTERS = 600;

	/**
	 * Matches for a screen or an API's answer.
	 *
	 * @param array<int, array<string, mixed>> $matches  As the service gave them.
	 * @param int                              $passages At most so many passages each.
	 * @return array<int, array<string, mixed>>
	 */
	public static function for_people( array $matches, int $passages = 3 ): array {
		$shown = array();
		foreach ( $matches as $match ) {
			if ( ! is_array( $match ) ) {
				continue;
			}
			$is_public = self::is_public( $match );
			$shown[]   = array(
				'id'        => (string) ( $match['id'] ?? '' ),
				'title'     => (string) ( $match['title'] ?? '' ),
				'url'       => $is_public ? esc_url_raw( (string) ( $match['url'] ?? '' ), array( 'http', 'https' ) ) : '',
				'site'      => (string) ( $match['site'] ?? '' ),
				'sections'  => array_map( 'strval', (array) ( $match['sections'] ?? array() ) ),
				'published' => (string) ( $match['published'] ?? '' ),
				'is_public' => $is_public,
				'relation'  => (string) ( $match['relation'] ?? '' ),
				'action'    => (string) ( $match['action'] ?? '' ),
				'excuse'    => $match['excuse'] ?? null,
				'score'     => (float) ( $match['score'] ?? 0 ),
				'passages'  => $is_public ? self::passages( (array) ( $match['passages'] ?? array() ), $passages ) : array(),
			);
		}
		return $shown;
	}

	/**
	 * Where a match stands: its site and its sections.
	 *
	 * @param array<string, mixed> $shown A match of for_people().
	 */
	public static function place( array $shown ): string {
		return implode( ' · ', array_filter( array_merge( array( $shown['site'] ), $shown['sections'] ) ) );
	}

	/**
	 * Whether readers see it already: what is only claimed or scheduled is nobody else's to read yet.
	 *
	 * @param array<string, mixed> $match As the service gave it.
	 */
	private static function is_public( array $match ): bool {
		return 'claimed' !== ( $match['status'] ?? '' ) && ! ( strtotime( (string) ( $match['published'] ?? '' ) ) > time() );
	}

	/**
	 * The longest passages, cut to what can be read at a glance.
	 *
	 * @param array<int, mixed> $passages As the service gave them.
	 * @param int               $limit    At most so many.
	 * @return array<int, array{left: string, right: string}>
	 */
	private static function passages( array $passages, int $limit ): array {
		$shown = array();
		foreach ( array_slice( $passages, 0, $limit ) as $passage ) {
			$shown[] = array(
				'left'  => self::cut( (string) ( $passage['text_left'] ?? '' ) ),
				'right' => self::cut( (string) ( $passage['text_right'] ?? '' ) ),
			);
		}
		return $shown;
	}

	/**
	 * The beginning of a text.
	 *
	 * @param string $text Text.
	 */
	private static function cut( string $text ): string {
		return mb_strlen( $text ) > self::PASSAGE_CHARACTERS ? mb_substr( $text, 0, self::PASSAGE_CHARACTERS ) . '…' : $text;
	}
}
