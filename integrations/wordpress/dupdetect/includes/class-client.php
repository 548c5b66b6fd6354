<?php
/**
 * The HTTP client of the dupdetect service.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Speaks the service's contract, and never lets an editor wait long: 0.3 s to connect, 2 s in all for a check.
 */
final class Client {

	const CONNECT_MS = 300;
	const TOTAL_S    = 2.0;

	/**
	 * Once it failed to answer, the rest of this request does not try again.
	 *
	 * @var ?Unavailable
	 */
	private $down = null;

	/**
	 * Ask for a decision.
	 *
	 * @param array<string, mixed> $question The body of POST /v1/check.
	 * @return array<string, mixed> The decision, with at least `decision`, `would_be`, `message` and `matches`.
	 * @throws Unavailable No decision was reached.
	 */
	public function check( array $question ): array {
		$answer = $this->json( 'POST', '/v1/check', $question + array( 'deadline_ms' => 1500 ) );
		if ( ! in_array( $answer['decision'] ?? '', array( 'pass', 'warn', 'block', 'overridden' ), true ) ) {
			throw new Unavailable( __( 'The service answered without a decision.', 'dupdetect' ) );
		}
		return $answer + array(
			'would_be' => $answer['decision'],
			'message'  => '',
			'matches'  => array(),
			'claim'    => null,
		);
	}

	/**
	 * Put a document into the index; an older version than the stored one changes nothing, which is as wished.
	 *
	 * @param array<string, mixed> $document A document of the contract, with its id.
	 * @param ?string              $claim    The key of the claim that becomes this document.
	 * @throws Unavailable It was not stored.
	 */
	public function put( array $document, ?string $claim = null ): void {
		$body = array( 'document' => $document );
		if ( null !== $claim ) {
			$body['claim'] = array( 'key' => $claim );
		}
		$this->send( 'PUT', '/v1/documents/' . rawurlencode( $document['id'] ), wp_json_encode( $body ), array( 409 ) );
	}

	/**
	 * Take a document out of the index; one that is not there is fine.
	 *
	 * @param string $id Document id.
	 * @throws Unavailable It may still be there.
	 */
	public function delete( string $id ): void {
		$this->send( 'DELETE', '/v1/documents/' . rawurlencode( $id ) );
	}

	/**
	 * Give back a claim whose post did not go live.
	 *
	 * @param string $key Claim key.
	 * @throws Unavailable It lapses by itself.
	 */
	public function release( string $key ): void {
		$this->send( 'DELETE', '/v1/claims/' . rawurlencode( $key ) );
	}

	/**
	 * Store many documents.
	 *
	 * @param array<int, string> $lines   Documents as JSON, one a line.
	 * @param bool               $is_last Whether the first fill ends with them.
	 * @return array<int, array<string, mixed>> One result a line.
	 * @throws Unavailable Some or all were not stored.
	 */
	public function batch( array $lines, bool $is_last = false ): array {
		$path = '/v1/documents:batch' . ( $is_last ? '?last=true' : '' );
		$body = $this->send( 'POST', $path, $lines ? implode( "\n", $lines ) . "\n" : '', array(), 60.0, 'application/x-ndjson' );
		return array_map(
			static function ( string $line ): array {
				return (array) json_decode( $line, true );
			},
			array_values( array_filter( explode( "\n", $body ) ) )
		);
	}

	/**
	 * Documents the service holds, a page at a time.
	 *
	 * @param string  $site   Only of this site.
	 * @param ?string $cursor Where the last page ended.
	 * @return array<string, mixed> `documents` and `cursor`.
	 * @throws Unavailable No answer.
	 */
	public function documents( string $site, ?string $cursor = null ): array {
		$query = array_filter(
			array(
				'site'   => $site,
				'cursor' => $cursor,
				'limit'  => 1000,
			)
		);
		return $this->json( 'GET', '/v1/documents?' . http_build_query( $query, '', '&', PHP_QUERY_RFC3986 ), null, 30.0 );
	}

	/**
	 * Pairs that are alike and both live, a page at a time.
	 *
	 * @param ?string $cursor Where the last page ended.
	 * @param int     $limit  At most so many documents looked at.
	 * @return array<string, mixed> `pairs` and `cursor`.
	 * @throws Unavailable No answer.
	 */
	public function audit( ?string $cursor = null, int $limit = 200 ): array {
		return $this->json( 'POST', '/v1/audit', array_filter( compact( 'cursor', 'limit' ) ), 30.0 );
	}

	/**
	 * What the service says of itself.
	 *
	 * @return array<string, mixed> `version`, `documents`, `policy`, `time`.
	 * @throws Unavailable No answer.
	 */
	public function info(): array {
		return $this->json( 'GET', '/v1/info' );
	}

	/**
	 * Send JSON, read JSON.
	 *
	 * @param string                $method  HTTP method.
	 * @param string                $path    Path and query.
	 * @param ?array<string, mixed> $body    What to send.
	 * @param float                 $seconds Time allowed.
	 * @return array<string, mixed>
	 * @throws Unavailable No answer, or none that can be read.
	 */
	private function json( string $method, string $path, ?array $body = null, float $seconds = self::TOTAL_S ): array {
		$answer = json_decode( $this->send( $method, $path, null === $body ? null : wp_json_encode( $body ), array(), $seconds ), true );
		if ( ! is_array( $answer ) ) {
			throw new Unavailable( __( 'The service answered something that is not JSON. Is it dupdetect that listens there?', 'dupdetect' ) );
		}
		return $answer;
	}

	/**
	 * One request.
	 *
	 * @param string               $method  HTTP method.
	 * @param string               $path    Path and query.
	 * @param string|false|null    $body    What to send; false when it could not be encoded.
	 * @param int[]                $fine    Statuses that are as good as success.
	 * @param float                $seconds Time allowed.
	 * @param string               $type    Content type of the body.
	 * @return string The body of the answer.
	 * @throws Unavailable No answer, or an error.
	 */
	private function send( string $method, string $path, $body = null, array $fine = array(), float $seconds = self::TOTAL_S, string $type = 'application/json' ): string {
		if ( null !== $this->down ) {
			throw $this->down;
		}
		if ( false === $body ) {
			throw new Unavailable( __( 'The post is not valid UTF-8.', 'dupdetect' ), 422 );
		}
		$settings = Settings::all();
		$headers  = array( 'Accept' => 'application/json' );
		if ( '' !== $settings['token'] ) {
			$headers['Authorization'] = 'Bearer ' . $settings['token'];
		}
		if ( null !== $body ) {
			$headers['Content-Type'] = $type;
		}
		// Not wp_safe_remote_request(): that one refuses this machine itself and uncommon ports, which is where the service is.
		$hurry = static function ( $handle ) use ( $seconds ): void {
			// phpcs:disable WordPress.WP.AlternativeFunctions
			curl_setopt( $handle, CURLOPT_CONNECTTIMEOUT_MS, self::CONNECT_MS );
			curl_setopt( $handle, CURLOPT_TIMEOUT_MS, (int) ( 1000 * $seconds ) );
			// phpcs:enable
		};
		add_action( 'http_api_curl', $hurry, 100 );
		try {
			$response = wp_remote_request(
				$settings['url'] . $path,
				array(
					'method'      => $method,
					'headers'     => $headers,
					'body'        => $body,
					'timeout'     => $seconds,
					'redirection' => 0,
					'user-agent'  => 'dupdetect-wordpress/' . VERSION,
				)
			);
		} finally {
			remove_action( 'http_api_curl', $hurry, 100 );
		}
		if ( is_wp_error( $response ) ) {
			$this->down = new Unavailable( $response->get_error_message() );
			throw $this->down;
		}
		$status = (int) wp_remote_retrieve_response_code( $response );
		$text   = wp_remote_retrieve_body( $response );
		if ( ( $status >= 200 && $status < 300 ) || in_array( $status, $fine, true ) ) {
			return $text;
		}
		$problem = json_decode( $text, true );
		$detail  = is_array( $problem ) ? (string) ( $problem['detail'] ?? $problem['title'] ?? '' ) : '';
		if ( is_array( $problem ) && ! empty( $problem['errors'][0]['detail'] ) ) {
			$detail .= ' ' . ( $problem['errors'][0]['pointer'] ?? '' ) . ': ' . $problem['errors'][0]['detail'];
		}
		/* translators: 1: HTTP status, 2: what the service said. */
		throw new Unavailable( trim( sprintf( __( 'The service answered %1$d. %2$s', 'dupdetect' ), $status, $detail ) ), $status );
	}
}
