/**
 * The panel in the block editor: before publishing, and on demand in the sidebar.
 *
 * Plain JavaScript on WordPress's own packages, so that nothing has to be built. It helps; the REST filter enforces.
 */
( function ( wp, settings ) {
	'use strict';

	var el = wp.element.createElement;
	var useState = wp.element.useState;
	var useEffect = wp.element.useEffect;
	var __ = wp.i18n.__;
	var sprintf = wp.i18n.sprintf;
	var components = wp.components;
	// WordPress 6.6 moved the panels from edit-post to editor.
	var PrePublishPanel = ( wp.editor && wp.editor.PluginPrePublishPanel ) || wp.editPost.PluginPrePublishPanel;
	var SettingPanel = ( wp.editor && wp.editor.PluginDocumentSettingPanel ) || wp.editPost.PluginDocumentSettingPanel;
	var LOCK = 'dupdetect';

	/** Ask the server about the post as it stands in the editor. */
	function ask( more ) {
		var editor = wp.data.select( 'core/editor' );
		var categories = editor.getEditedPostAttribute( 'categories' );
		return wp.apiFetch( {
			path: '/dupdetect/v1/check',
			method: 'POST',
			data: Object.assign(
				{
					post: editor.getCurrentPostId(),
					title: editor.getEditedPostAttribute( 'title' ) || '',
					content: editor.getEditedPostContent(),
				},
				Array.isArray( categories ) ? { categories: categories } : {},
				more
			),
		} );
	}

	/** Where a match stands: its site and its sections. */
	function place( match ) {
		return [ match.site ].concat( match.sections ).filter( Boolean ).join( ' · ' );
	}

	/** One passage that stands in both. */
	function Passage( props ) {
		return el(
			'div',
			{ className: 'dupdetect-passage' },
			el( 'h4', null, __( 'Here', 'dupdetect' ) ),
			el( 'blockquote', null, props.passage.left ),
			el( 'h4', null, __( 'There', 'dupdetect' ) ),
			el( 'blockquote', null, props.passage.right )
		);
	}

	/** One match: title, place, how alike, passages, and the way to point to it. */
	function Match( props ) {
		var match = props.match;
		var title = match.title || match.id;
		var facts = [
			place( match ),
			match.published ? match.published.slice( 0, 10 ) : '',
			sprintf(
				/* translators: %d: percentage. */
				__( '%d%% the same', 'dupdetect' ),
				Math.round( 100 * match.score )
			),
			match.is_public ? '' : __( 'not yet public', 'dupdetect' ),
			match.excuse === 'canonical' ? __( 'declared as the original', 'dupdetect' ) : '',
		];
		return el(
			'li',
			{ className: 'dupdetect-match' },
			match.url ? el( components.ExternalLink, { href: match.url }, title ) : el( 'strong', null, title ),
			el( 'div', { className: 'dupdetect-facts' }, facts.filter( Boolean ).join( ' · ' ) ),
			match.passages.length > 0 &&
				el(
					'details',
					null,
					el( 'summary', null, __( 'The same passages', 'dupdetect' ) ),
					match.passages.map( function ( passage, number ) {
						return el( Passage, { key: number, passage: passage } );
					} )
				),
			match.url &&
				! match.excuse &&
				el(
					components.Button,
					{
						variant: 'secondary',
						disabled: props.isBusy,
						onClick: function () {
							props.check( { canonical: match.url } );
						},
					},
					__( 'Name it as the original', 'dupdetect' )
				)
		);
	}

	/** Room for a reason, for those who may override. */
	function Override( props ) {
		var state = useState( '' );
		var reason = state[ 0 ];
		if ( ! settings.mayOverride ) {
			return el( 'p', null, __( 'To publish it all the same, ask someone who may override this check.', 'dupdetect' ) );
		}
		return el(
			'div',
			null,
			el( components.TextareaControl, {
				label: __( 'Why publish it all the same?', 'dupdetect' ),
				help: __( 'Kept with your name.', 'dupdetect' ),
				value: reason,
				rows: 2,
				maxLength: 2000,
				onChange: state[ 1 ],
			} ),
			el(
				components.Button,
				{
					variant: 'secondary',
					isDestructive: true,
					disabled: props.isBusy || ! reason.trim(),
					onClick: function () {
						props.check( { reason: reason } );
					},
				},
				__( 'Allow it', 'dupdetect' )
			)
		);
	}

	/** What the check says, in a box of its colour. */
	function Verdict( props ) {
		var result = props.result;
		var kinds = { pass: 'success', overridden: 'warning', warn: 'warning', block: 'error', unavailable: 'warning' };
		var texts = {
			pass: __( 'Nothing like it has been published.', 'dupdetect' ),
			overridden: __( 'May be published, with your reason.', 'dupdetect' ),
		};
		var text = result.message || texts[ result.outcome ];
		if ( result.outcome === 'pass' && result.matches.length === 0 ) {
			text = texts.pass;
		}
		if ( result.outcome === 'overridden' ) {
			text = texts.overridden + ' ' + result.message;
		}
		return el(
			components.Notice,
			{ status: result.is_locked ? 'error' : kinds[ result.outcome ], isDismissible: false, className: 'dupdetect-verdict' },
			text
		);
	}

	/**
	 * The check itself.
	 *
	 * `isGate`: ask at once, and keep the Publish button locked while the answer forbids it.
	 */
	function Check( props ) {
		var resultState = useState( null );
		var busyState = useState( false );
		var result = resultState[ 0 ];
		var isBusy = busyState[ 0 ];

		function check( more ) {
			busyState[ 1 ]( true );
			ask( more ).then(
				function ( answer ) {
					resultState[ 1 ]( answer );
					busyState[ 1 ]( false );
				},
				function ( error ) {
					// The panel does not know, so it does not lock: the server decides on publishing.
					resultState[ 1 ]( {
						outcome: 'unavailable',
						is_locked: false,
						message: ( error && error.message ) || __( 'The check for earlier posts is unavailable.', 'dupdetect' ),
						matches: [],
					} );
					busyState[ 1 ]( false );
				}
			);
		}
		useEffect( function () {
			if ( props.isGate ) {
				check( {} );
			}
		}, [] );
		useEffect(
			function () {
				var editor = wp.data.dispatch( 'core/editor' );
				if ( props.isGate && result && result.is_locked ) {
					editor.lockPostSaving( LOCK );
				}
				return function () {
					editor.unlockPostSaving( LOCK );
				};
			},
			[ result ]
		);

		return el(
			'div',
			{ className: 'dupdetect-check', 'aria-live': 'polite' },
			result && el( Verdict, { result: result } ),
			result &&
				result.matches.length > 0 &&
				el(
					'ul',
					{ className: 'dupdetect-matches' },
					result.matches.map( function ( match ) {
						return el( Match, { key: match.id, match: match, check: check, isBusy: isBusy } );
					} )
				),
			result &&
				result.canonical &&
				el(
					'p',
					{ className: 'dupdetect-facts' },
					/* translators: %s: address. */
					sprintf( __( 'Points to %s as the original.', 'dupdetect' ), result.canonical ),
					' ',
					el(
						components.Button,
						{
							variant: 'link',
							disabled: isBusy,
							onClick: function () {
								check( { canonical: '' } );
							},
						},
						__( 'Take that back', 'dupdetect' )
					)
				),
			result && result.outcome === 'block' && el( Override, { check: check, isBusy: isBusy } ),
			el(
				'p',
				null,
				isBusy
					? el( components.Spinner )
					: el(
							components.Button,
							{
								variant: 'tertiary',
								onClick: function () {
									check( {} );
								},
							},
							result ? __( 'Check again', 'dupdetect' ) : __( 'Look for earlier posts', 'dupdetect' )
					  )
			)
		);
	}

	wp.plugins.registerPlugin( 'dupdetect', {
		icon: 'admin-page',
		render: function () {
			return el(
				wp.element.Fragment,
				null,
				el(
					PrePublishPanel,
					{ title: __( 'Earlier posts', 'dupdetect' ), initialOpen: true, className: 'dupdetect-panel' },
					el( Check, { isGate: true } )
				),
				el(
					SettingPanel,
					{ name: 'dupdetect', title: __( 'Earlier posts', 'dupdetect' ), className: 'dupdetect-panel' },
					el( Check, { isGate: false } )
				)
			);
		},
	} );

	if ( settings.note ) {
		wp.data
			.dispatch( 'core/notices' )
			.createWarningNotice( settings.note.label + '. ' + settings.note.message, { id: 'dupdetect-note' } );
	}
} )( window.wp, window.dupdetectEditor );
