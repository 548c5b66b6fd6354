<?php
/**
 * The service did not answer usefully.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Thrown when the service is down, slow, refuses the token or answers what cannot be read. Never means "duplicate".
 *
 * The message is for administrators: it says what happened. The code is the HTTP status, 0 where there was none.
 */
final class Unavailable extends \RuntimeException {

	/**
	 * Whether the service is there, but cannot take this one request.
	 */
	public function is_refusal(): bool {
		return in_array( $this->getCode(), array( 400, 413, 415, 422 ), true );
	}
}
