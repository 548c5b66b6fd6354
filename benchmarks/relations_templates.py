"""Texts of templates that no data set has: a week's horoscope, a closed library, an estate agent's offer.

A pattern is text with places: ``{a|b|c}`` is one of these, ``{10-99}`` a number, ``{town}`` one of a list. The rules
were read against `READ`; `UNREAD` was looked at once, and no rule was changed for it.
"""

from __future__ import annotations

import random
import re

from dupdetect.model import Article, Block

__all__ = ["READ", "UNREAD", "texts_of"]

_PLACE = re.compile(r"\{([^}]*)\}")
_LISTS = {
    "virtue": "patience|courage|caution|warmth|honesty|ambition|calm|humour|discipline|generosity",
    "area": "work|home|friendship|money|health|travel|romance|study|family|leisure",
    "turns": "grows|fades|surprises|returns|matters|shifts|deepens|settles|brightens|tires",
    "look": "bright|quiet|spacious|modern|charming|cosy|airy|elegant|rustic|sunny",
    "food": "lentils|chickpeas|barley|salmon|mushrooms|leeks|pumpkin|spinach|beans|aubergine",
    "herb": "thyme|basil|parsley|dill|sage|rosemary|mint|coriander",
    "town": "Ashford|Brixworth|Carlow|Dunmore|Eastleigh|Farnham|Harwich|Ilkley|Kendal|Ludlow|Morpeth|Oban",
    "first": "Anna|Ben|Clara|David|Ella|Frank|Grace|Henry|Ida|Jack|Karen|Liam|Mona|Noah|Olive|Peter",
    "last": "Adams|Barker|Collins|Dawson|Ellis|Foster|Graham|Hughes|Irving|Jenkins|Kemp|Lawson|Mercer|Norton",
    "street": "Alder|Birch|Chestnut|Elm|Hawthorn|Juniper|Laurel|Maple|Oak|Poplar|Rowan|Sycamore|Willow",
}

READ = {
    "horoscope": """
        This week {virtue} will be your best guide in matters of {area}. Someone close to you may ask for more {virtue}
        than usual, and you should listen before you answer. Around the middle of the week your {area} {turns}, so keep
        an open mind and avoid hasty promises. A small gesture of {virtue} opens a door that seemed closed. The weekend
        favours {area} and long conversations; take your time, rest well, and trust that {virtue} brings its own reward.
        Do not let {area} worry you too much.""",
    "recipe": """
        Heat the oil in a large pan over medium heat and cook the onion until soft. Add the {food} and the garlic and
        stir for two minutes. Pour in the stock, bring to the boil, then lower the heat and simmer until the {food} are
        tender. Stir in the {food} and the {herb} and season with salt and pepper. Cook for a few more minutes, then
        take the pan off the heat and let it rest. Serve in warm bowls with bread, a little {herb} and a squeeze of
        lemon. Leftovers keep in the fridge for three days and freeze well.""",
    "closed for repairs": """
        The {library|swimming pool|museum|town hall|recycling centre|park cafe} by the
        {river|station|market|harbour|bridge|school} will be closed for essential
        {repairs|cleaning|painting|inspection|rewiring} from {monday|tuesday|wednesday} until
        {thursday|friday|saturday}. We apologise for any inconvenience this may cause and thank visitors for their
        patience. During the closure staff can be reached by telephone and by email as usual, and books or bookings that
        fall due will be extended without charge. Normal opening hours resume afterwards.""",
    "software release": """
        Version {1-9}.{0-20}.{0-9} is now available for download. This maintenance release fixes a
        {crash|leak|freeze|race|regression} in the {parser|scheduler|renderer|importer|editor} and improves the
        {speed|stability|accuracy|layout} of the {search|export|preview|sync} module. All users are encouraged to
        upgrade. As always, please back up your data before installing, read the upgrade notes, and report any problems
        on the issue tracker. Thanks to everyone who contributed code, translations and bug reports to this release.""",
    "house for sale": """
        This {look} and {look} home on {street} Street offers {2-6} bedrooms and {1-4} bathrooms over {2-4} floors. The
        {look} kitchen opens onto a {look} garden, and the living room has a fireplace. The property is close to
        schools, shops and public transport in {town}. Viewings are strongly recommended and by appointment only. Offers
        in the region of {180-900},000 pounds are invited. Contact our office for further details or to arrange a
        viewing of this {look} property.""",
    "match report": """
        {town} beat {town} {0-5}-{0-5} at home on Saturday in front of {300-9000} spectators. {first} {last} opened the
        scoring after {3-40} minutes, and {first} {last} added a second before the break. The visitors came out stronger
        after the interval but could not find a way through a well organised defence. The manager said he was pleased
        with the attitude of his players and with the three points. They travel to {town} next week.""",
}
"""Name → pattern of families that were read while rules were made."""

UNREAD = {
    "love advice": """
        A reader writes that her {husband|partner|fiance|boyfriend|neighbour|colleague} has grown
        {distant|jealous|careless|secretive|moody|restless} since the {holiday|wedding|promotion|move|illness|quarrel},
        and asks whether to speak up or to wait. My advice is to choose a {calm|ordinary|sunny|lazy|quiet} moment, to
        say what you feel without blame, and to listen to the whole answer. Do not involve your
        {mother|sister|friends|children|boss}. If nothing changes after a while, a counsellor can help, and you should
        not feel ashamed of asking for one. Above all look after your own {sleep|appetite|friendships|peace|hobbies},
        whatever the outcome may be.""",
    "garden tip": """
        Now is the time to {prune|divide|mulch|water|stake|replant} your
        {roses|lavender|hydrangeas|raspberries|dahlias|ferns}, before the first {frost|storm|heatwave|drought} arrives.
        Use a clean and sharp {knife|spade|saw|fork|pair of shears} and work on a dry day. Remove whatever looks
        diseased and do not put it on the compost heap. Spread a layer of {bark|straw|leaves|compost|gravel} around the
        stems to keep the moisture in and the weeds down. Come back after a few weeks, and if new growth shows, feed it
        sparingly with something organic.""",
    "fishing report": """
        Anglers found {steady|poor|lively|patchy|excellent} sport on the {upper|lower|middle|tidal} river this week,
        with {perch|roach|bream|trout|pike|chub} taking {worms|maggots|bread|lures|sweetcorn} close to the
        {weir|bridge|reeds|island|lock}. The water is {clear|coloured|high|low|warming} after the recent weather and
        should stay so for some days. Early morning remains the best time, and fine tackle outfishes heavy gear. Please
        take your litter home, shut every gate behind you and return fish to the water as gently as you can.""",
    "lost pet": """
        Our {tabby|ginger|black|white|spotted|elderly} {cat|terrier|rabbit|spaniel|parrot} has been missing since
        {breakfast|midnight|yesterday|the fireworks|the storm} and was last seen near the
        {church|allotments|canal|playground|bakery}. He is {shy|friendly|nervous|deaf|lame} with strangers and answers
        to his name when he feels like it. Please look in sheds, garages and under cars, and keep any sighting to the
        neighbourhood page. He wears a {red|blue|leather|frayed|bright} collar. There is a small reward, and two
        heartbroken children, waiting at home.""",
    "school menu": """
        Pupils will be served {lasagne|fishcakes|curry|casserole|pancakes|meatballs} with
        {peas|carrots|cabbage|sweetcorn|salad} at the beginning of the week, followed by
        {crumble|yoghurt|jelly|fruit|custard}. A vegetarian dish of {tofu|couscous|dumplings|omelette|risotto} is
        offered every day, and bread and water are always on the table. Parents are asked to tell the kitchen about
        allergies in writing. Menus may change at short notice when deliveries are late. Lunch money is collected online
        and no longer by the form teacher.""",
    "prayer group": """
        The {morning|evening|family|youth|healing} prayer group meets in the {chapel|vestry|hall|garden|crypt} after the
        service and is led this month by the {curate|vicar|deacon|organist|verger}. The theme is
        {hope|mercy|silence|harvest|forgiveness|doubt}, with readings chosen by members. Newcomers are welcome and
        nobody is asked to speak who does not wish to. There will be {tea|soup|cake|sherry|cocoa} afterwards in aid of
        the {roof|organ|hospice|bells|mission} fund. Please enter by the side door while the scaffolding is up.""",
    "stock comment": """
        Shares in {last} Holdings {rose|fell} {1-19}.{0-9} per cent on {Monday|Tuesday|Wednesday|Thursday|Friday} after
        the company {raised|cut|confirmed} its forecast for the year. Analysts at {first} and Partners set a target of
        {100-900} pence and advise investors to hold. Trading volume was above the average of recent weeks. The company
        employs people at sites across the country and reports its results twice a year. Past performance is no guide to
        the future, and the value of investments can fall as well as rise.""",
    "planning notice": """
        An application has been received for a {single|two} storey {rear|side|front} extension at {1-240} {street} Road,
        {town}, reference {10000-99999}. Plans can be inspected at the council offices and on the council's website.
        Anyone who wishes to comment should do so in writing within three weeks, quoting the reference. Comments will be
        made public and may be read by the applicant. The decision will be taken by an officer unless the application is
        referred to the committee.""",
}
"""Name → pattern of families that were set aside."""


def texts_of(pattern: str, *, count: int, seed: int) -> list[Article]:
    """Return different texts of a pattern.

    Parameters
    ----------
    pattern : str
    count : int
    seed : int
    """
    rng = random.Random(seed)

    def filled(place: re.Match[str]) -> str:
        if numbers := re.fullmatch(r"(\d+)-(\d+)", place[1]):
            return str(rng.randint(int(numbers[1]), int(numbers[2])))
        return rng.choice(_LISTS.get(place[1], place[1]).split("|"))

    texts: dict[str, None] = {}
    while len(texts) < count:
        texts[_PLACE.sub(filled, " ".join(pattern.split()))] = None
    return [Article(id=str(number), blocks=(Block(text=text),)) for number, text in enumerate(texts)]
