"""Words that say what a part of a page is: in class names and ids, and in its text.

Class names are English whatever the page's language, with a few in German, French, Spanish and Italian; words of the
text count as weak evidence only, since no list knows every language. A word may stand in several groups.
"""

from __future__ import annotations

from dupdetect.extract.loops import WordTable

__all__ = ["MARKUP", "MARKUP_GROUPS", "PHRASES", "PHRASE_GROUPS", "STEMS"]

MARKUP_GROUPS: dict[str, str] = {
    "content": (
        "content contents article articlebody articletext articlecontent entry post postbody postcontent story "
        "storybody storytext body text main maincontent richtext rte wysiwyg prose markdown copy paragraph paragraphs "
        "inhalt artikel beitrag contenu texte contenido cuerpo noticia nota testo articolo corpo detail details blog "
        "hentry fliesstext absatz"
    ),
    "body": (
        "articlebody bodytext bodycopy entrycontent postcontent postbody storybody body richtext prose wysiwyg rte"
    ),
    "title": "title headline heading hed titel ueberschrift titre titulo titolo headings",
    "byline": (
        "byline author authors writer contributor contributors vcard fn autor autoren auteur autore redakteur "
        "journalist reporter columnist creator by bylines verfasser authored"
    ),
    "bio": "bio about biography profile authorbox authorbio aboutauthor autorenbox avatar",
    "date": (
        "date time datetime published pubdate timestamp posted updated modified dateline datum fecha dato day month "
        "datepublished uhrzeit zeit"
    ),
    "meta": "meta info infos postmeta entrymeta metadata postinfo byline details submitted attribution",
    "label": (
        "tag tags category categories cat cats label labels kicker eyebrow topic topics keyword keywords rubric "
        "rubrik schlagwort schlagworte tagcloud section overline dachzeile spitzmarke taxonomy term terms chip badge"
    ),
    "share": (
        "share sharing shares social sharedaddy addthis addtoany facebook twitter whatsapp pinterest linkedin reddit "
        "email mail print sociable jp follow followers teilen partager compartir like likes bookmark copylink"
    ),
    "related": (
        "related more recommended recommendation recommendations recirc recirculation similar suggested readmore "
        "morefrom alsoread readalso read weiterlesen verwandte mehr zum thema ahnliche upnext next further linkbox "
        "linklist onward crosslink explore discover popular trending mostread mostpopular latest recent top"
    ),
    "teaser": (
        "teaser teasers card cards tile tiles grid listing list item items feed carousel slider slide swiper gallery "
        "excerpt loop river promo promos stream archive thumb thumbnail thumbnails collection masonry"
    ),
    "nav": (
        "nav navigation navbar menu menus submenu breadcrumb breadcrumbs crumb crumbs pagination pager paging prev "
        "previous prevnext toolbar tabs tab skip skiplink offcanvas hamburger sitemap navi navlinks megamenu "
        "brotkrumen dropdown"
    ),
    "comment": (
        "comment comments commentlist disqus respond reply replies commenters kommentar kommentare commentaire "
        "commentaires comentarios livefyre discussion responses reactions"
    ),
    "footer": "footer foot bottom colophon footnote footnotes fusszeile pie subfooter siteinfo",
    "header": "header masthead top banner topbar head hero site branding logo kopf intro pageheader",
    "sidebar": (
        "sidebar side aside rail widget widgets secondary complementary right left seitenleiste column marginal "
        "tertiary"
    ),
    "ad": (
        "ad ads adv advert adverts advertisement advertising advertorial sponsor sponsored sponsors dfp gpt outbrain "
        "taboola anzeige werbung publicidad pub adsense adslot affiliate commercial partner partners revcontent adbox "
        "google"
    ),
    "newsletter": (
        "newsletter newsletters subscribe subscription subscriptions signup optin mailchimp inscription abo "
        "mailinglist subscriber subscribers"
    ),
    "paywall": (
        "paywall login signin register registration account premium donate donation membership member support regwall "
        "piano"
    ),
    "media": (
        "image images img photo photos picture media video videos audio player figure gallery bild bilder foto fotos "
        "embed iframe slideshow podcast wp thumbnail"
    ),
    "caption": (
        "caption captions figcaption legend credit credits copyright bildunterschrift legende cutline attribution "
        "source imagecaption photocredit quelle pie"
    ),
    "summary": (
        "summary excerpt lead lede dek deck standfirst subtitle subheadline subhead subheading intro abstract teaser "
        "description chapo sapo vorspann entradilla sottotitolo desc strapline"
    ),
    "quote": "quote quotes pullquote blockquote zitat tweet twittertweet instagram testimonial",
    "hidden": (
        "hidden sr visually screenreader visuallyhidden hide invisible offscreen assistive noprint collapsed none"
    ),
    "consent": (
        "cookie cookies consent gdpr modal popup overlay lightbox dialog notice alert onetrust cmp banner toast "
        "disclaimer datenschutz"
    ),
    "form": (
        "form search searchform input field fields button btn buttons cta suche filter poll quiz survey rating "
        "ratings vote review reviews"
    ),
    "toc": "toc tableofcontents outline contents index inhaltsverzeichnis jump anchor key takeaways highlights",
    "legal": (
        "copyright disclaimer legal terms license policy privacy imprint impressum rights correction corrections "
        "disclosure"
    ),
    "table": "table infobox box factbox specs stats data chart datatable sheet infokasten navbox",
    "forum": (
        "forum thread topic message messages msg postbody signature user users username profile member question "
        "answer answers"
    ),
    "product": "product price prices cart shop buy add basket sku variant shipping checkout woocommerce",
}

PHRASE_GROUPS: dict[str, str] = {
    "byline": (
        "by von par por di door av автор written author writer reporter correspondent staff editor redaktion autor "
        "text contributor columnist journalist"
    ),
    "date": (
        "january february march april may june july august september october november december jan feb mar apr jun "
        "jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril "
        "juin juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto "
        "septiembre octubre noviembre diciembre monday tuesday wednesday thursday friday saturday sunday published "
        "updated posted uhr gmt est edt pst am pm ago veröffentlicht aktualisiert publié publicado"
    ),
    "share": (
        "share tweet facebook twitter whatsapp pinterest linkedin email print instagram youtube telegram reddit "
        "teilen drucken partager compartir follow copy link"
    ),
    "subscribe": (
        "subscribe newsletter newsletters signup sign inbox email e-mail subscriber subscription abonnieren inscrivez "
        "suscríbete register unsubscribe updates free alerts"
    ),
    "comment": (
        "comment comments reply replies kommentar kommentare commentaires comentarios log logged login leave respond "
        "discussion report abuse antworten"
    ),
    "more": (
        "read more related also see next previous continue reading story stories articles posts latest popular "
        "trending recommended weiterlesen mehr lesen lire aussi leer más artikel weitere zurück weiter click here "
        "watch listen"
    ),
    "credit": (
        "photo photos image images credit getty reuters ap afp courtesy photograph photographer picture illustration "
        "file foto bild quelle source shutterstock istock caption unsplash via dpa imago archiv copyright"
    ),
    "legal": (
        "© copyright rights reserved terms privacy policy cookie cookies disclaimer impressum datenschutz permission "
        "reprinted agb trademark trademarks"
    ),
    "ad": "advertisement advertising sponsored anzeige werbung publicité ad affiliate commission promotion promoted",
    "about": "about author bio editor writes founder freelance lives based former twitter book university professor",
    "tag": (
        "tags tag filed under topics categories category posted in schlagwörter schlagworte themen tagged keywords"
    ),
    "wire": "reporting editing additional contributed compiled writing agencies inputs",
    "contact": "contact phone tel fax telefon e-mail email address call info kontakt hours",
}

# Where a class name glues words together without a capital ("maincontent", "sidebarleft"), these parts tell.
_STEMS = [
    "articlebody",
    "comment",
    "sidebar",
    "footer",
    "header",
    "newsletter",
    "breadcrumb",
    "related",
    "share",
    "social",
    "caption",
    "byline",
    "author",
    "content",
    "article",
    "advert",
    "cookie",
    "widget",
    "teaser",
    "gallery",
    "navig",
    "headline",
    "subscri",
    "promo",
    "sponsor",
    "banner",
    "recommend",
    "trending",
]


def _table(groups: dict[str, str]) -> dict[str, int]:
    table: dict[str, int] = {}
    for bit, words in enumerate(groups.values()):
        for word in words.split():
            table[word] = table.get(word, 0) | 1 << bit
    return table


_MARKUP = _table(MARKUP_GROUPS)
MARKUP = WordTable(_MARKUP)
"""Which of `MARKUP_GROUPS` a lower-case word of a class name or an id belongs to, a bit each."""
PHRASES = WordTable(_table(PHRASE_GROUPS))
"""Which of `PHRASE_GROUPS` a lower-case word belongs to, a bit each."""
_GLUED = {
    **{stem: _MARKUP.get(stem, 0) for stem in _STEMS},
    "navig": _MARKUP["navigation"],
    "advert": _MARKUP["advert"],
    "subscri": _MARKUP["subscribe"],
    "recommend": _MARKUP["recommended"],
}
STEMS = WordTable(_GLUED)
"""The same of stems, for words that glue several together."""
