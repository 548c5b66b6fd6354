<?php
/**
 * The settings page.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Under Settings; on a network where the plugin is active for all, under the network's settings.
 */
final class Settings_Page {

	const PAGE = 'dupdetect';

	/**
	 * The service's client.
	 *
	 * @var Client
	 */
	private $client;

	/**
	 * What waits for the service.
	 *
	 * @var Queue
	 */
	private $queue;

	/**
	 * The first fill.
	 *
	 * @var Fill
	 */
	private $fill;

	/**
	 * Make the page.
	 *
	 * @param Client $client Client.
	 * @param Queue  $queue  Queue.
	 * @param Fill   $fill   Fill.
	 */
	public function __construct( Client $client, Queue $queue, Fill $fill ) {
		$this->client = $client;
		$this->queue  = $queue;
		$this->fill   = $fill;
	}

	/**
	 * Hook up.
	 */
	public function hook(): void {
		add_action( Settings::is_network() ? 'network_admin_menu' : 'admin_menu', array( $this, 'add' ) );
		add_action( 'admin_post_dupdetect_settings', array( $this, 'save' ) );
		add_action( 'admin_post_dupdetect_work', array( $this, 'work' ) );
	}

	/**
	 * Put the page into the menu.
	 */
	public function add(): void {
		add_submenu_page(
			Settings::is_network() ? 'settings.php' : 'options-general.php',
			__( 'Duplicate check', 'dupdetect' ),
			__( 'Duplicate check', 'dupdetect' ),
			Settings::capability(),
			self::PAGE,
			array( $this, 'show' )
		);
	}

	/**
	 * Store the form.
	 */
	public function save(): void {
		self::require_right( 'dupdetect_settings' );
		$sent = array();
		foreach ( array( 'url', 'token', 'forget_token', 'fail', 'mode', 'override_capability' ) as $key ) {
			if ( isset( $_POST[ $key ] ) ) { // phpcs:ignore WordPress.Security.NonceVerification
				$sent[ $key ] = sanitize_text_field( wp_unslash( $_POST[ $key ] ) ); // phpcs:ignore WordPress.Security.NonceVerification
			}
		}
		$types = isset( $_POST['post_types'] ) ? (array) wp_unslash( $_POST['post_types'] ) : array(); // phpcs:ignore WordPress.Security
		$old   = Settings::get( 'post_types' );

		$sent['post_types'] = array_map( 'sanitize_key', $types );
		Settings::store( $sent );
		if ( array_diff( Settings::get( 'post_types' ), $old ) ) {
			Cron::for_each_site( array( Fill::class, 'restart' ) );
		}
		self::back( 'saved' );
	}

	/**
	 * Do now what cron would do: for sites without visitors, and for the impatient.
	 */
	public function work(): void {
		self::require_right( 'dupdetect_work' );
		if ( isset( $_POST['restart'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification
			Cron::for_each_site( array( Fill::class, 'restart' ) );
		}
		$this->queue->drain();
		$until = microtime( true ) + 10.0;
		Cron::for_each_site(
			function () use ( $until ): void {
				while ( microtime( true ) < $until && $this->fill->step() ) {
					continue;
				}
			}
		);
		self::back( 'worked' );
	}

	/**
	 * Print the page.
	 */
	public function show(): void {
		$settings = Settings::all();
		echo '<div class="wrap"><h1>' . esc_html__( 'Duplicate check', 'dupdetect' ) . '</h1>';
		if ( isset( $_GET['dupdetect'] ) && 'saved' === $_GET['dupdetect'] ) { // phpcs:ignore WordPress.Security.NonceVerification
			echo '<div class="notice notice-success"><p>' . esc_html__( 'Settings saved.', 'dupdetect' ) . '</p></div>';
		}
		$this->show_state();
		echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '"><input type="hidden" name="action" value="dupdetect_settings">';
		wp_nonce_field( 'dupdetect_settings' );
		echo '<table class="form-table" role="presentation">';
		self::row(
			'url',
			__( 'Service', 'dupdetect' ),
			sprintf( '<input type="url" class="regular-text code" id="url" name="url" value="%s"%s>', esc_attr( $settings['url'] ), disabled( defined( 'DUPDETECT_URL' ), true, false ) ),
			__( 'Where dupdetect serve listens. DUPDETECT_URL in wp-config.php takes precedence.', 'dupdetect' )
		);
		self::row(
			'token',
			__( 'Token', 'dupdetect' ),
			sprintf( '<input type="password" class="regular-text code" id="token" name="token" value="" autocomplete="off"%s>', disabled( defined( 'DUPDETECT_TOKEN' ), true, false ) )
				. ( '' !== $settings['token'] && ! defined( 'DUPDETECT_TOKEN' ) ? ' <label><input type="checkbox" name="forget_token" value="1"> ' . esc_html__( 'Forget the stored token', 'dupdetect' ) . '</label>' : '' ),
			'' === $settings['token']
				? __( 'None is stored. DUPDETECT_TOKEN in wp-config.php keeps it out of the database.', 'dupdetect' )
				: __( 'One is set. Leave empty to keep it; it is never shown.', 'dupdetect' )
		);
		self::row(
			'mode',
			__( 'On a duplicate', 'dupdetect' ),
			self::choice(
				'mode',
				array(
					'block' => __( 'Hold it until someone gives a reason', 'dupdetect' ),
					'warn'  => __( 'Warn only', 'dupdetect' ),
				),
				$settings['mode']
			),
			__( 'What counts as a duplicate is said in the service’s policy file.', 'dupdetect' )
		);
		self::row(
			'fail',
			__( 'While the service is away', 'dupdetect' ),
			self::choice(
				'fail',
				array(
					'open'   => __( 'Publish, and check later', 'dupdetect' ),
					'closed' => __( 'Hold everything', 'dupdetect' ),
				),
				$settings['fail']
			),
			__( 'Editors are told that the check is unavailable, never that there is a duplicate. They wait 2 seconds at most.', 'dupdetect' )
		);
		self::row( 'override_capability', __( 'Who may override', 'dupdetect' ), self::choice( 'override_capability', Settings::override_capabilities(), $settings['override_capability'] ), __( 'Always with a reason, which is kept with the name.', 'dupdetect' ) );
		$boxes = '';
		foreach ( Settings::possible_post_types() as $type ) {
			$object = get_post_type_object( $type );
			$boxes .= sprintf( '<label><input type="checkbox" name="post_types[]" value="%s"%s> %s</label><br>', esc_attr( $type ), checked( in_array( $type, $settings['post_types'], true ), true, false ), esc_html( $object ? $object->labels->name : $type ) );
		}
		self::row( '', __( 'What is checked', 'dupdetect' ), "<fieldset>$boxes</fieldset>", '' );
		echo '</table>';
		submit_button();
		echo '</form></div>';
	}

	/**
	 * How things stand.
	 */
	private function show_state(): void {
		echo '<h2>' . esc_html__( 'State', 'dupdetect' ) . '</h2><ul class="ul-disc" id="dupdetect-state"><li>';
		try {
			$info = $this->client->info();
			/* translators: 1: version, 2: number of documents, 3: name of a policy. */
			echo esc_html( sprintf( __( 'The service answers: version %1$s, %2$s documents, policy “%3$s”.', 'dupdetect' ), $info['version'] ?? '?', number_format_i18n( (int) ( $info['documents'] ?? 0 ) ), $info['policy']['name'] ?? '?' ) );
		} catch ( Unavailable $unavailable ) {
			echo '<strong>' . esc_html__( 'The service is unavailable.', 'dupdetect' ) . '</strong> ' . esc_html( $unavailable->getMessage() );
		}
		echo '</li>';
		Cron::for_each_site(
			static function (): void {
				$state = Fill::state();
				/* translators: 1: site, 2: posts sent, 3: posts in all. */
				$text = sprintf( __( '%1$s: first fill, %2$s of %3$s posts sent.', 'dupdetect' ), Document::site(), number_format_i18n( $state['sent'] + $state['refused'] ), number_format_i18n( Fill::total() ) );
				if ( $state['is_done'] ) {
					/* translators: %s: site. */
					$text = sprintf( __( '%s: first fill done.', 'dupdetect' ), Document::site() );
				} else {
					$text .= ' ' . __( 'Until it is done, copies of posts not yet sent go unnoticed.', 'dupdetect' );
				}
				if ( $state['refused'] ) {
					/* translators: %s: number of posts. */
					$text .= ' ' . sprintf( __( '%s were refused and wait below.', 'dupdetect' ), number_format_i18n( $state['refused'] ) );
				}
				echo '<li>' . esc_html( trim( $text . ' ' . $state['error'] ) ) . '</li>';
			}
		);
		$queue = $this->queue->state();
		/* translators: %s: number of posts. */
		echo '<li>' . esc_html( trim( sprintf( __( '%s posts wait to be sent.', 'dupdetect' ), number_format_i18n( $queue['waiting'] ) ) . ' ' . $queue['error'] ) ) . '</li></ul>';
		echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '"><input type="hidden" name="action" value="dupdetect_work">';
		wp_nonce_field( 'dupdetect_work' );
		submit_button( __( 'Send now', 'dupdetect' ), 'secondary', 'now', false );
		echo ' ';
		submit_button( __( 'Fill anew', 'dupdetect' ), 'secondary', 'restart', false );
		echo '</form>';
	}

	/**
	 * A row of the form.
	 *
	 * @param string $id    Id of the field.
	 * @param string $label Plain text.
	 * @param string $field Markup, escaped.
	 * @param string $help  Plain text.
	 */
	private static function row( string $id, string $label, string $field, string $help ): void {
		// phpcs:ignore WordPress.Security.EscapeOutput -- $field is escaped where it is made.
		printf( '<tr><th scope="row"><label for="%s">%s</label></th><td>%s<p class="description">%s</p></td></tr>', esc_attr( $id ), esc_html( $label ), $field, esc_html( $help ) );
	}

	/**
	 * A list to choose from.
	 *
	 * @param string                $name    Name of the field.
	 * @param array<string, string> $choices Value to label.
	 * @param string                $chosen  Value.
	 */
	private static function choice( string $name, array $choices, string $chosen ): string {
		$options = '';
		foreach ( $choices as $value => $label ) {
			$options .= sprintf( '<option value="%s"%s>%s</option>', esc_attr( $value ), selected( $chosen, $value, false ), esc_html( $label ) );
		}
		return sprintf( '<select id="%1$s" name="%1$s">%2$s</select>', esc_attr( $name ), $options );
	}

	/**
	 * Stop unless the form is ours and the user may send it.
	 *
	 * @param string $action Action of the nonce.
	 */
	private static function require_right( string $action ): void {
		check_admin_referer( $action );
		if ( ! current_user_can( Settings::capability() ) ) {
			wp_die( esc_html__( 'You may not change these settings.', 'dupdetect' ), '', array( 'response' => 403 ) );
		}
	}

	/**
	 * Go back to the page.
	 *
	 * @param string $what What was done.
	 */
	private static function back( string $what ): void {
		$page = Settings::is_network() ? network_admin_url( 'settings.php' ) : admin_url( 'options-general.php' );
		wp_safe_redirect(
			add_query_arg(
				array(
					'page'      => self::PAGE,
					'dupdetect' => $what,
				),
				$page
			)
		);
		exit;
	}
}
