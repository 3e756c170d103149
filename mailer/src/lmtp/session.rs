//! One LMTP session without its socket: bytes in, replies and questions out.
//!
//! The server puts what it read into [`Session::input`], calls [`Session::step`] until it says [`Step::Read`] or
//! [`Step::Close`], and answers the questions in between; replies gather in [`Session::output`] meanwhile, so a pipelined
//! group is answered in one write.

use std::{iter, mem, time::Duration};

use bytes::{Bytes, BytesMut};

use super::{
    Limits, Outcome, Peer, ReceivedMail, RecipientVerdict,
    command::{Command, read_command},
    data::{DataDecoder, Fault},
    xforward,
};

/// Longest command line in bytes with CRLF: an address of 256, room for XFORWARD, and some (RFC 5321 §4.5.3.1.4: 512).
const MAX_LINE_BYTES: usize = 2_048;

/// A peer that makes this many mistakes is not a mail server.
const MAX_BAD_COMMANDS: u32 = 20;

/// The state of one connection.
#[derive(Debug)]
pub struct Session {
    limits: Limits,
    phase: Phase,
    /// Told by XFORWARD for the next mail.
    peer: Peer,
    bad_commands: u32,
    /// The line being read is longer than allowed; its beginning is gone.
    is_line_cut: bool,
    /// Bytes read and not yet understood.
    pub input: BytesMut,
    /// Replies not yet written.
    pub output: Vec<u8>,
}

#[derive(Debug)]
enum Phase {
    /// Before LHLO.
    Connected,
    /// Between mails.
    Idle,
    /// After MAIL.
    Envelope(Envelope),
    /// After 354.
    Data(Envelope, DataDecoder),
    Closed,
}

#[derive(Debug)]
struct Envelope {
    sender: String,
    recipients: Vec<String>,
    peer: Peer,
}

/// What the session needs in order to go on.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// More input, after the output was written.
    Read,
    /// [`Session::answer_recipient`] with what is known of this address.
    FindRecipient(String),
    /// [`Session::answer_mail`] with what became of this mail.
    Accept(ReceivedMail),
    /// The output written and the connection closed.
    Close,
}

impl Session {
    pub fn new(limits: Limits) -> Self {
        let mut session = Self {
            limits,
            phase: Phase::Connected,
            peer: Peer::default(),
            bad_commands: 0,
            is_line_cut: false,
            input: BytesMut::new(),
            output: Vec::new(),
        };
        session.reply("220 liaison LMTP");
        session
    }

    /// Goes on as far as the input allows.
    pub fn step(&mut self) -> Step {
        loop {
            let next = match mem::replace(&mut self.phase, Phase::Idle) {
                Phase::Data(envelope, decoder) => self.read_data(envelope, decoder),
                Phase::Closed => {
                    self.phase = Phase::Closed;
                    Some(Step::Close)
                }
                phase => {
                    self.phase = phase;
                    self.read_line()
                }
            };
            if let Some(step) = next {
                return step;
            }
        }
    }

    pub fn answer_recipient(&mut self, address: String, verdict: RecipientVerdict) {
        let reply = match verdict {
            RecipientVerdict::Known => "250 2.1.5 recipient known",
            RecipientVerdict::Unknown => "550 5.1.1 no such mailbox here",
            RecipientVerdict::TryLater => "451 4.3.0 cannot look the recipient up now",
        };
        self.reply(reply);
        if let (Phase::Envelope(envelope), RecipientVerdict::Known) = (&mut self.phase, verdict) {
            envelope.recipients.push(address);
        }
    }

    /// RFC 2033 §4.2: one reply for each recipient that RCPT took, in order.
    pub fn answer_mail(&mut self, n_recipients: usize, outcomes: Vec<Outcome>) {
        for outcome in outcomes.into_iter().chain(iter::repeat(Outcome::TryLater)).take(n_recipients) {
            match outcome {
                Outcome::Stored => self.reply("250 2.0.0 stored"),
                Outcome::TryLater => self.reply("451 4.3.0 cannot store the mail now"),
                Outcome::Refused(text) => self.reply(&format!("550 {text}")),
            }
        }
    }

    /// Whether a message is being read, which a shutdown waits for.
    pub fn is_in_data(&self) -> bool {
        matches!(self.phase, Phase::Data(..))
    }

    /// How long to wait for input.
    pub fn patience(&self) -> Duration {
        if self.is_in_data() { self.limits.data_timeout } else { self.limits.command_timeout }
    }

    /// Ends the session: the peer was silent for too long.
    pub fn give_up(&mut self) {
        self.close("421 4.4.2 waited too long");
    }

    /// Ends the session: the server stops.
    pub fn stop(&mut self) {
        self.close("421 4.3.2 shutting down");
    }

    fn read_data(&mut self, envelope: Envelope, mut decoder: DataDecoder) -> Option<Step> {
        let refusal = match decoder.decode(&mut self.input) {
            None => {
                self.phase = Phase::Data(envelope, decoder);
                return Some(Step::Read);
            }
            Some(Ok(raw)) => {
                return Some(Step::Accept(ReceivedMail {
                    envelope_sender: envelope.sender,
                    recipients: envelope.recipients,
                    peer: envelope.peer,
                    // The session has no socket; who has fills it in.
                    hop: None,
                    raw: Bytes::from(raw),
                }));
            }
            Some(Err(Fault::TooLong)) => "552 5.3.4 message too long",
            Some(Err(Fault::BareLineBreak)) => "550 5.6.0 bare CR or LF in the message",
        };
        for _ in &envelope.recipients {
            self.reply(refusal);
        }
        None
    }

    fn read_line(&mut self) -> Option<Step> {
        let Some(at) = self.input.windows(2).position(|pair| pair == b"\r\n") else {
            if self.input.len() > MAX_LINE_BYTES {
                self.is_line_cut = true;
                // The last byte may be the CR of the line's end.
                self.input = self.input.split_off(self.input.len() - 1);
            }
            return Some(Step::Read);
        };
        let line = self.input.split_to(at + 2);
        if mem::take(&mut self.is_line_cut) || line.len() > MAX_LINE_BYTES {
            self.complain("500 5.5.2 line too long");
            return None;
        }
        match read_command(&line) {
            Ok(command) => self.obey(command),
            Err(complaint) => {
                self.complain(complaint);
                None
            }
        }
    }

    fn obey(&mut self, command: Command) -> Option<Step> {
        match command {
            Command::Lhlo => self.greet(),
            Command::Smtp => self.complain("500 5.5.1 this is LMTP: begin with LHLO"),
            Command::Xforward(attributes) => self.forward(&attributes),
            Command::Mail { sender, size } => self.begin(sender, size),
            Command::Recipient(address) => return self.add_recipient(address),
            Command::Data => self.begin_data(),
            // The chunk that follows would be read as commands.
            Command::Chunk => self.close("502 5.5.1 BDAT is not offered"),
            Command::Reset => self.reset(),
            Command::Noop => self.reply("250 2.0.0 nothing done"),
            Command::Verify => self.reply("252 2.1.5 send it and see"),
            Command::Quit => self.close("221 2.0.0 bye"),
            Command::NotOffered => self.complain("502 5.5.1 not offered"),
        }
        None
    }

    fn greet(&mut self) {
        self.phase = Phase::Idle;
        self.peer = Peer::default();
        self.reply("250-liaison");
        self.reply("250-PIPELINING");
        self.reply(&format!("250-SIZE {}", self.limits.max_message_bytes));
        self.reply("250-8BITMIME");
        self.reply("250-SMTPUTF8");
        self.reply("250-ENHANCEDSTATUSCODES");
        self.reply(&format!("250 XFORWARD {}", xforward::ATTRIBUTES));
    }

    fn forward(&mut self, attributes: &str) {
        if !matches!(self.phase, Phase::Idle) {
            return self.complain(OUT_OF_ORDER);
        }
        match xforward::forward(self.peer.clone(), attributes) {
            Some(peer) => {
                self.peer = peer;
                self.reply("250 2.0.0 noted");
            }
            None => self.complain("501 5.5.4 malformed attribute"),
        }
    }

    fn begin(&mut self, sender: String, size: usize) {
        if !matches!(self.phase, Phase::Idle) {
            return self.complain(OUT_OF_ORDER);
        }
        // Taken even if the mail is refused: what was told of one mail's client must not be believed of the next.
        let peer = mem::take(&mut self.peer);
        if size > self.limits.max_message_bytes {
            return self.reply("552 5.3.4 message too long");
        }
        self.phase = Phase::Envelope(Envelope { sender, recipients: Vec::new(), peer });
        self.reply("250 2.1.0 sender noted");
    }

    /// Out of order, RCPT and DATA are no mistakes: a peer that pipelines sends them before it learns that MAIL was refused.
    fn add_recipient(&mut self, address: String) -> Option<Step> {
        match &self.phase {
            Phase::Envelope(envelope) if envelope.recipients.len() < self.limits.max_recipients => {
                return Some(Step::FindRecipient(address));
            }
            Phase::Envelope(_) => self.reply("452 4.5.3 too many recipients"),
            _ => self.reply(OUT_OF_ORDER),
        }
        None
    }

    fn begin_data(&mut self) {
        // DATA ends a pipelined group (RFC 2920 §3.1): what is here already was sent by someone who doesn't wait for
        // our word, and would be read as commands if that word is no.
        if !self.input.is_empty() {
            return self.close("554 5.5.0 data sent before 354");
        }
        match mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Envelope(envelope) if !envelope.recipients.is_empty() => {
                self.phase = Phase::Data(envelope, DataDecoder::new(self.limits.max_message_bytes));
                self.reply("354 end with CRLF.CRLF");
            }
            phase => {
                self.phase = phase;
                self.reply("503 5.5.1 no valid recipients");
            }
        }
    }

    fn reset(&mut self) {
        if matches!(self.phase, Phase::Envelope(_)) {
            self.phase = Phase::Idle;
        }
        self.peer = Peer::default();
        self.reply("250 2.0.0 reset");
    }

    fn complain(&mut self, complaint: &str) {
        self.reply(complaint);
        self.bad_commands += 1;
        if self.bad_commands >= MAX_BAD_COMMANDS {
            self.close("421 4.7.0 too many mistakes");
        }
    }

    fn close(&mut self, reply: &str) {
        if !matches!(self.phase, Phase::Closed) {
            self.reply(reply);
            self.phase = Phase::Closed;
        }
    }

    fn reply(&mut self, text: &str) {
        self.output.extend_from_slice(text.as_bytes());
        self.output.extend_from_slice(b"\r\n");
    }
}

const OUT_OF_ORDER: &str = "503 5.5.1 the order is LHLO, XFORWARD, MAIL, RCPT, DATA";

#[cfg(test)]
mod tests;
