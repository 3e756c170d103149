//! `GET /v1/files/{id}/content`

use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    a_large_file_comes_back_byte_for_byte,
    a_part_comes_where_it_is_asked_for,
    content_that_the_caller_has_is_not_sent_again,
    nothing_uploaded_becomes_a_page_of_this_server,
);

/// Bytes whose period no chunk has.
fn content(len: usize) -> Vec<u8> {
    (0..251).cycle().take(len).collect()
}

async fn upload(client: &Client, content: &[u8]) -> String {
    format!("/v1/files/{}/content", client.upload("Отчёт.txt", content).await.id())
}

async fn a_large_file_comes_back_byte_for_byte(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for len in [0, 1, 65_536, 65_537, 30 * 1024 * 1024] {
        let whole = content(len);
        let path = upload(&anna, &whole).await;
        let answer = anna.get(&path).await.expect(200);
        assert!(answer.body == whole, "{len} bytes");
    }
}

async fn a_part_comes_where_it_is_asked_for(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for len in [1000, 200_000] {
        let whole = content(len);
        let path = upload(&anna, &whole).await;
        let tag = anna.get(&path).await.expect(200).header("etag").unwrap().to_owned();
        for (range, first, last) in [
            ("bytes=0-0".to_owned(), 0, 0),
            ("bytes=500-".to_owned(), 500, len - 1),
            ("bytes=-100".to_owned(), len - 100, len - 1),
            (format!("bytes=10-{}", len * 2), 10, len - 1),
        ] {
            let part = anna.get(&path).header("Range", &range).header("If-Range", &tag).await.expect(206);
            assert!(part.body == whole[first..=last], "{range} of {len}");
            assert_eq!(part.header("content-range").unwrap(), format!("bytes {first}-{last}/{len}"));
        }
        let outside = anna.get(&path).header("Range", format!("bytes={len}-")).await.expect(416);
        outside.problem("range_not_satisfiable");
        assert_eq!(outside.header("content-range").unwrap(), format!("bytes */{len}"));
        let other = anna.get(&path).header("Range", "bytes=0-1").header("If-Range", "\"x\"");
        assert_eq!(other.await.expect(200).body.len(), len);
    }
}

async fn content_that_the_caller_has_is_not_sent_again(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let file = anna.upload("a.txt", b"a").await;
    let path = format!("/v1/files/{}/content", file.id());
    let tag = format!("\"{}\"", file["sha256"].text());
    let known = anna.get(&path).header("If-None-Match", &tag).await.expect(304);
    assert_eq!((known.header("etag"), known.body.len()), (Some(&*tag), 0));
    anna.get(&path).header("If-None-Match", "\"x\"").await.expect(200);
}

/// S11
async fn nothing_uploaded_becomes_a_page_of_this_server(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for (name, content, served) in [
        ("Страница.html", "<!DOCTYPE html><script>1</script>".repeat(100), "application/octet-stream"),
        ("image.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>".into(), "application/octet-stream"),
        ("notes.txt", "plain ".repeat(1000), "text/plain"),
    ] {
        let file = anna.upload(name, content.as_bytes()).await;
        let call = anna.get(format!("/v1/files/{}/content", file.id())).header("Accept-Encoding", "gzip");
        let answer = call.await.expect(200);
        assert_eq!(answer.header("content-type"), Some(served), "{name}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("content-security-policy"), Some("sandbox; default-src 'none'"));
        assert_eq!(answer.header("cache-control"), Some("private"));
        assert_eq!(answer.header("accept-ranges"), Some("bytes"));
        assert_eq!(answer.body, content, "never compressed: the tag and ranges are of the content itself");
        let disposition = answer.header("content-disposition").unwrap();
        assert!(disposition.starts_with("attachment; filename*=UTF-8''"), "{disposition}");
    }
}
