<?php
/**
 * The block editor.
 *
 * @package Dupdetect
 */

namespace Dupdetect;

/**
 * Loads the panel. It helps; what enforces is the REST filter.
 */
final class Editor {

	/**
	 * Hook up.
	 */
	public function hook(): void {
		add_action( 'enqueue_block_editor_assets', array( $this, 'enqueue' ) );
	}

	/**
	 * Load the panel for posts that are checked.
	 */
	public function enqueue(): void {
		$post = get_post();
		if ( ! $post || ! Document::is_of_interest( $post ) ) {
			return;
		}
		$base = plugins_url( 'assets/', PLUGIN_FILE );
		wp_enqueue_script(
			'dupdetect-editor',
			$base . 'editor.js',
			array( 'wp-api-fetch', 'wp-components', 'wp-data', 'wp-edit-post', 'wp-editor', 'wp-element', 'wp-i18n', 'wp-plugins' ),
			VERSION,
			true
		);
		wp_set_script_translations( 'dupdetect-editor', 'dupdetect', plugin_dir_path( PLUGIN_FILE ) . 'languages' );
		$note = Note::of( $post->ID );
		wp_add_inline_script(
			'dupdetect-editor',
			'window.dupdetectEditor = ' . wp_json_encode(
				array(
					'mayOverride' => Settings::may_override(),
					'note'        => $note && 'overridden' !== $note['outcome'] ? array(
						'label'   => Note::label( $note ),
						'message' => $note['message'],
					) : null,
				),
				JSON_HEX_TAG | JSON_HEX_AMP
			) . ';',
			'before'
		);
		wp_enqueue_style( 'dupdetect-editor', $base . 'editor.css', array( 'wp-components' ), VERSION );
	}
}
