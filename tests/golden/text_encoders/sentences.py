"""Two hundred sentences that tokenizers stumble over: accents, emoji, CJK, odd spaces, an empty one."""

SPECIAL = [
    "", " ", "I really loved this movie!", "NOT BAD at all...", "It's great, isn't it? They've won; I'll go.",
    "café, naïve, Zürich, Ångström", "cafe\u0301 Zu\u0308rich", "Ça c'était très bien joué, à Noël",
    "¿Qué tal? ¡Fantástico!", "Straße, Größe, Fußball", "İstanbul'da kötü değil", "Ελληνικά: πολύ καλό",
    "Отличный фильм, ёлки", "Привет, мир!", "फ़िल्म अच्छी थी", "คุณชอบไหม", "הסרט היה טוב", "الفيلمُ جميلٌ",
    "我喜欢这部电影", "这部电影不好看。", "中文 and English 混合", "映画はとても良かった", "カタカナ ｶﾀｶﾅ ガ", "영화가 좋았어요",
    "𠀀𠮷 rare characters", "繁體中文字", "😀", "so good 😀👍", "👍🏽 skin", "👨‍👩‍👧 family", "❤️ love ❤ it", "🇩🇪 flag",
    "😂😂😂", "meh 😐.", "1️⃣ first", "ok🙂ok", "🧑🏿‍🚀 went up", "a\u200db \u200b c", "soft\u00adhyphen",
    "  two  spaces  ", "tab\tand\nline\r\nends", "no\u00a0break and\u2009thin", "ideographic\u3000space", "\ufeffmark",
    "ﬁne ﬂow ½ ² ① Ⅳ ™", "ＦＵＬＬ ｗｉｄｔｈ ～", "“quotes” ‘single’ «double» — dash – … ellipsis", "100% of $5.00 & #tag @user",
    "http://example.com/a?b=c", "snake_case and-kebab", "e-mail: a.b@c.de", "x" * 120, "ha" * 30, "1234567890 12 345,67",
    "<s> </s> <pad> [CLS] [SEP]", "a [MASK] b", "<mask> here", "\u0000nul \u0007bell", "Ünïcödé çøñfûsïøñ",
    "ǅ Ǆ ǆ ß ẞ ſ", "Ａ\u0301 ê\u0323", "тест ☕ test ☕️", "\\n \\t {json: [1]}", "▁under▁score _ ▁",
]
STARTS = ["I think", "Honestly,", "Das ist", "Je trouve que", "我觉得", "Well 😀", "  so", "The ACTING was", "¡Y"]
ENDS = [
    "very good.", "pas mal du tout!", "sehr schön…", "不错 👍", "boring, boring, BORING!!!", "a café scene",
    "the best 10/10", "won't watch again", "emotional ❤️ & funny 😂", "ｇｒｅａｔ", "naïve\u0301", "so-so", "無聊", "that's\tall",
    "éèêë", "🎬🎥", "(why?)",
]
GENERATED = [f"{start} {end}" for start in STARTS for end in ENDS]
SENTENCES = (SPECIAL + GENERATED)[:200]
assert len(SENTENCES) == 200
