"""Names of people in scripts other than Latin: Arabic, Persian, Greek, Cyrillic, Chinese, Japanese, Korean, Hebrew.

Greek, Cyrillic, Persian, Chinese, Japanese and Korean lists come from the data files of `mimesis`; Arabic and Hebrew
given names, of which it has none or few, stand here. Scripts of India and the rest are known by no list: a column of
theirs is held for people where its texts have the shape of names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .lexicon import listed, names_of

NO, MAYBE, SURE = 0, 1, 2
SPACED = ("el", "fa", "kk", "ru", "uk")
"""Countries that part given and family name by a blank, in letters of their own."""
_MORE = listed(
    "محمد احمد أحمد علي حسن حسين محمود مصطفى يوسف إبراهيم ابراهيم عمر عثمان خالد سعيد سامي كريم عبدالله عبد طارق ياسر "
    "جمال ناصر فيصل سلمان فهد تركي ماجد زياد رامي هشام وليد بلال أنس آدم إسماعيل سليمان داود موسى عيسى يحيى زكريا "
    "هارون "
    "فاطمة عائشة خديجة مريم زينب ليلى سارة نور هدى أمل رنا ريم دينا منى سلمى ياسمين نادية سميرة لطيفة حنان إيمان هبة "
    "דוד משה יוסף יעקב אברהם יצחק שרה רבקה רחל לאה מרים דניאל נועם איתי יונתן מיכאל עומר אורי גיא רון עידו אסף תמר "
    "נועה "
    "מאיה יעל שירה מיכל רונית אסתר חנה דינה אלי שלמה שמעון בנימין אריאל תומר ליאור אלון גל רותם ענת אורית "
    "राम श्याम अमित राहुल प्रिया अंजलि सुनील अनिल विजय संजय राजेश सुरेश महेश दीपक पूजा नेहा कविता सीता गीता रवि अर्जुन "
    "สมชาย สมศักดิ์ สมหญิง วิชัย ประเสริฐ สุดา มาลี นภา กมล อนุชา"
)
_FAMILY_MORE = listed(
    "כהן לוי מזרחי פרץ ביטון דהן אברהם פרידמן מלכה אזולאי כץ יוסף עמר אוחנה חדד גבאי שפירא גולדברג "
    "शर्मा वर्मा गुप्ता सिंह कुमार पटेल मेहता जोशी मिश्रा यादव अग्रवाल"
)
_SLAVIC_END = re.compile(
    r"(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ын|ына|ский|ская|цкий|цкая|ська|ський|енко|чук|юк|ович|овна|евич|евна|івна|ян|"
    r"швили|дзе)$"
)
_GREEK_END = re.compile(r"(?:ιδη|ακη|αδη|ου|ησ|ασ|οσ|εασ)$")
_FAMILY_END = re.compile(
    r"(?:οπουλοσ|οπουλου|οπουλο|ιδησ|ιδου|ακησ|αδησ|αδου|ιαδη|ογλου|ανου|ενκο|енко|ович|евич|овна|евна|івна|швили|цкии|цкая)$"
)
"""Folded ends that hardly any other word has: such a word alone may be a family name."""
_SURE_END = re.compile(r"(?:შვილი|ძე|յան|եան)$")
"""How family names of Georgia and Armenia end, and little else."""
_CHINESE, _KANA, _HANGUL = "\u4e00-\u9fff", "\u3040-\u30ff", "\uac00-\ud7a3"
_COMMON = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方邱夏谭"
    "韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚張劉陳楊黃趙吳孫馬鄭羅謝韓許鄧蕭馮蘇葉呂蔣鐘盧陸"
)
"""The hundred commonest family names of China, each one character."""
_EAST = re.compile(rf"^[{_CHINESE}{_KANA}{_HANGUL}々]{{2,7}}$")
_HONOUR = re.compile(r"(?:先生|女士|小姐|さん|様|さま|君|씨|님)$")


def is_foreign(text: str) -> bool:
    """Whether a text has letters that are not Latin.

    >>> is_foreign("Иван"), is_foreign("Müller")
    (True, False)
    """
    return not text.isascii() and any(
        c.isalpha() and not unicodedata.name(c, "LATIN").startswith("LATIN") for c in text
    )


@lru_cache
def _spaced() -> tuple[frozenset[str], frozenset[str]]:
    """Given and family names of the countries that write them apart, folded."""
    first_names: set[str] = {_fold(word) for word in _MORE}
    family: set[str] = {_fold(word) for word in _FAMILY_MORE}
    for country in SPACED:
        first, last = names_of(country)
        first_names |= {_fold(name) for name in first}
        family |= {_fold(name) for name in last}
    return frozenset(first_names), frozenset(family)


@lru_cache
def _joined() -> tuple[frozenset[str], frozenset[str]]:
    """Given and family names of China, Japan and Korea."""
    first_names: set[str] = set()
    family: set[str] = set()
    for country in ("zh", "ja", "ko"):
        first, last = names_of(country)
        first_names |= {name for name in first if len(name) > 1}
        family |= {*last}
    return frozenset(first_names), frozenset(family)


def _fold(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return plain.casefold()


def foreign_reading(text: str) -> int:
    """How surely a text in another script is, or holds, the name of a person: 2 surely, 1 perhaps, 0 not.

    >>> [foreign_reading(text) for text in ("Иван Петров", "王小明", "김민수", "山田 太郎", "محمد العلي", "Реклама")]
    [2, 2, 2, 2, 2, 0]
    """
    tokens = [token for token in re.split(r"[\s,;:/|()·・]+", text) if token]
    east = [token for token in tokens if _EAST.match(_HONOUR.sub("", token))]
    if east:
        return _eastern(east, tokens)
    if any(_HONOUR.search(token) and token[0] in _joined()[1] for token in tokens):
        return SURE
    return _western([bare for token in tokens if (bare := token.strip(".!?\"'«»“”")) and bare[0].isalpha()])


def _western(tokens: list[str]) -> int:
    first_names, family = _spaced()
    folds = [_fold(token) for token in tokens]
    first = [fold in first_names for fold in folds]
    ends = [_SLAVIC_END.search(token.casefold()) or _GREEK_END.search(_fold(token)) for token in tokens]
    last = [fold in family or (bool(end) and len(fold) > 4) for fold, end in zip(folds, ends, strict=True)]
    for i in range(len(tokens) - 1):
        pair = (first[i] and last[i + 1]) or (last[i] and first[i + 1])
        arabic = first[i] and (folds[i + 1] in first_names or folds[i + 1].startswith("ال")) and not tokens[i].istitle()
        if pair or arabic or (first[i] and len(tokens[i + 1]) == 1):
            return SURE
    if len(tokens) in (2, 3) and (any(first) or (len(tokens[-1]) > 4 and _SURE_END.search(tokens[-1]))):
        return SURE
    hits = [fold in first_names or fold in family or bool(len(fold) > 5 and _FAMILY_END.search(fold)) for fold in folds]
    return MAYBE if len(tokens) <= 3 and any(hits) else NO


def _eastern(east: list[str], tokens: list[str]) -> int:
    """A family name at the head, and a given name or an address after it."""
    first_names, family = _joined()
    if len(tokens) == 2 and len(east) == 2 and tokens[0] in family:
        return SURE
    best = NO
    for token in east:
        if len(token) == 3 and token[0] in _COMMON and set(token[1:]) <= _characters():
            return SURE
        bare = _HONOUR.sub("", token)
        heads = [bare[:size] for size in (3, 2, 1) if bare[:size] in family and len(bare) > size]
        rests = [bare[len(head) :] for head in heads]
        if any(tail in first_names for tail in rests) or (heads and bare != token):
            return SURE
        if bare in first_names or bare in family or (any(len(tail) <= 2 for tail in rests) and len(tokens) <= 2):
            best = max(best, MAYBE)
    return best


@lru_cache
def _characters() -> frozenset[str]:
    """Characters that stand in given names of China."""
    return frozenset(c for name in names_of("zh")[0] for c in name)


def foreign_given(text: str) -> bool:
    """Whether a text in another script is a given name and nothing else.

    >>> foreign_given("Мария"), foreign_given("Реклама")
    (True, False)
    """
    return _fold(text.strip()) in _spaced()[0]
