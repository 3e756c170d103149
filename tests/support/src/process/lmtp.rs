//! What a mail server says to another.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::TcpStream,
    time::Duration,
};

/// Hands a mail over by SMTP (`EHLO`) or LMTP (`LHLO`); the reply that ended it.
pub fn hand_over(server: &str, hello: &str, sender: &str, recipient: &str, mail: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut replies = BufReader::new(stream.try_clone()?);
    let mut reply = || -> io::Result<String> {
        let mut line = String::new();
        while line.as_bytes().get(3) != Some(&b' ') {
            line.clear();
            if replies.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(line)
    };
    let commands = [
        format!("{hello} client.test"),
        format!("MAIL FROM:<{sender}>"),
        format!("RCPT TO:<{recipient}>"),
        "DATA".to_owned(),
        format!("{}\r\n.", mail.replace('\n', "\r\n")),
    ];
    let mut last = reply()?;
    for command in commands {
        if !last.starts_with(['2', '3']) {
            break;
        }
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        last = reply()?;
    }
    Ok(last)
}

/// A session that stays open, as a mail server's does while it has mail: commands in one go, one mail after another.
pub struct Sender {
    replies: BufReader<TcpStream>,
}

impl Sender {
    pub fn connect(server: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        let mut sender = Self { replies: BufReader::new(stream) };
        sender.hear()?;
        sender.say(b"LHLO mx.client.test\r\n")?;
        sender.hear()?;
        Ok(sender)
    }

    /// Hands a mail over, whose lines end with CRLF; the reply for its recipient.
    pub fn deliver(&mut self, sender: &str, recipient: &str, mail: impl AsRef<[u8]>) -> io::Result<String> {
        self.say(format!("MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n").as_bytes())?;
        let (_mail, recipient, data) = (self.hear()?, self.hear()?, self.hear()?);
        if !data.starts_with("354") {
            self.say(b"RSET\r\n")?;
            self.hear()?;
            return Ok(recipient);
        }
        self.say(mail.as_ref())?;
        self.say(b"\r\n.\r\n")?;
        self.hear()
    }

    fn say(&mut self, text: &[u8]) -> io::Result<()> {
        self.replies.get_mut().write_all(text)
    }

    /// The last line of the next reply.
    fn hear(&mut self) -> io::Result<String> {
        loop {
            let mut line = String::new();
            if self.replies.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line);
            }
        }
    }
}
