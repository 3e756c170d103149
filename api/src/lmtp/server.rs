//! Accepts connections and holds one [`Session`] with each.

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use liaison_mailer::lmtp::session::{Session, Step};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    select,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Intake, Limits, ReceivedMail,
    listener::{Listener, Stream},
};

/// Bytes read at a time.
const READ_BYTES: usize = 16 * 1024;

/// How long to wait after a connection could not be accepted, mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown`, then returns when the sessions have ended: those in the middle of a message go on to its end
/// and hear what became of it, the others are sent away with 421.
pub async fn serve<I: Intake>(
    listener: Listener,
    intake: Arc<I>,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let sessions = TaskTracker::new();
    let permits = Arc::new(Semaphore::new(limits.max_sessions));
    while let Some(arrival) = shutdown.run_until_cancelled(accept(&listener, &permits)).await {
        match arrival {
            Ok(((stream, hop), permit)) => {
                let (intake, shutdown) = (Arc::clone(&intake), shutdown.clone());
                sessions.spawn(async move {
                    let _permit = permit;
                    if let Err(error) = converse(stream, hop, &*intake, limits, &shutdown).await {
                        tracing::debug!(%error, "LMTP session broke off");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "LMTP connection not accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    sessions.close();
    sessions.wait().await;
}

/// Waits for a free session first, so that connections beyond the limit queue up in the kernel.
async fn accept(
    listener: &Listener,
    permits: &Arc<Semaphore>,
) -> io::Result<((Stream, Option<IpAddr>), OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.map_err(io::Error::other)?;
    Ok((listener.accept().await?, permit))
}

async fn converse<S, I>(
    mut stream: S,
    hop: Option<IpAddr>,
    intake: &I,
    limits: Limits,
    shutdown: &CancellationToken,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
    I: Intake,
{
    let mut session = Session::new(limits);
    loop {
        if shutdown.is_cancelled() && !session.is_in_data() {
            session.stop();
        }
        match session.step() {
            Step::Read => {
                write_replies(&mut stream, &mut session, limits).await?;
                let (patience, is_in_data) = (session.patience(), session.is_in_data());
                session.input.reserve(READ_BYTES);
                select! {
                    biased;
                    () = shutdown.cancelled(), if !is_in_data => {}
                    read = timeout(patience, stream.read_buf(&mut session.input)) => match read {
                        Ok(read) => {
                            if read? == 0 {
                                return Ok(());
                            }
                        }
                        Err(_elapsed) => session.give_up(),
                    },
                }
            }
            Step::FindRecipient(address) => {
                let verdict = intake.recipient(&address).await;
                session.answer_recipient(address, verdict);
            }
            Step::Accept(mail) => {
                let n_recipients = mail.recipients.len();
                let outcomes = intake.accept(ReceivedMail { hop, ..mail }).await;
                session.answer_mail(n_recipients, outcomes);
            }
            Step::Close => {
                write_replies(&mut stream, &mut session, limits).await?;
                return stream.shutdown().await;
            }
        }
    }
}

async fn write_replies<S>(stream: &mut S, session: &mut Session, limits: Limits) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    timeout(limits.command_timeout, stream.write_all(&session.output)).await??;
    session.output.clear();
    Ok(())
}

#[cfg(test)]
mod tests;
