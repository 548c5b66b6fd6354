from bs4 import BeautifulSoup

from dupdetect.model import Article, Block, BlockKind
from dupdetect.report import render_extraction

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_every_block_stands_in_its_order_kept_or_dropped_with_the_reason():
    article = Article(
        title="Ferry",
        byline=("Lorna Vickery",),
        blocks=(
            Block(text="Home", reason="navigation"),
            Block(text="The ferry stays.", kind=BlockKind.PARAGRAPH),
            Block(text="A list", kind=BlockKind.LIST_ITEM),
        ),
    )
    page = BeautifulSoup(render_extraction(article), "html.parser")
    items = [(item["class"], item.get_text(" ", strip=True)) for item in page.select(".blocks li")]
    assert items == [
        (["dropped"], "dropped: navigation · paragraph Home"),
        (["kept"], "kept · paragraph The ferry stays."),
        (["kept"], "kept · list item A list"),
    ]
    assert "2 blocks of 3 are the article." in page.get_text()
    assert "Lorna Vickery" in page.select_one(".facts-of").get_text()


def test_nothing_a_page_says_becomes_markup():
    article = Article(title=ATTACK, byline=(ATTACK,), language=f'en" {ATTACK}', notes=(ATTACK,),
                      blocks=(Block(text=ATTACK, reason=ATTACK), Block(text=f"{ATTACK} \ud800\0")))  # fmt: skip
    html = render_extraction(article)
    page = BeautifulSoup(html, "html.parser")
    assert page.find("img") is None
    assert len(page.find_all("script")) == 1
    assert "onerror" not in {name for tag in page.find_all(True) for name in tag.attrs}
    html.encode("utf-8")
