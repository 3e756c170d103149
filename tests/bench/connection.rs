//! Requests over one connection.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

use serde_json::Value;
use support::process::Site;

/// A connection that stays open, as a client's does.
pub(super) struct Connection<'a> {
    site: &'a Site,
    token: String,
    answers: BufReader<TcpStream>,
}

impl<'a> Connection<'a> {
    pub(super) fn open(site: &'a Site, token: impl Into<String>) -> Self {
        let stream = TcpStream::connect(&site.http).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { site, token: token.into(), answers: BufReader::new(stream) }
    }

    pub(super) fn post(&mut self, path: &str, body: &Value) -> Value {
        self.send("POST", path, body)
    }

    pub(super) fn get(&mut self, path: &str) -> Value {
        self.send("GET", path, &Value::Null)
    }

    pub(super) fn send(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let (host, token, body) = (&self.site.http, &self.token, body.to_string());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.answers.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut line, mut length) = (String::new(), 0);
        self.answers.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 20"), "{line}");
        while line != "\r\n" {
            line.clear();
            self.answers.read_line(&mut line).unwrap();
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
        }
        let mut answer = vec![0; length];
        self.answers.read_exact(&mut answer).unwrap();
        serde_json::from_slice(&answer).unwrap()
    }
}
