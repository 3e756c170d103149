//! People on both sides of a link: how ours are named to a peer, and who of ours a peer's are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use liaison_domain::{
    account::Login,
    change::Change,
    contact::Card,
    id::{AccountId, PersonId},
    link::{
        state::{GrantState, LinkState},
        wire::WirePerson,
    },
    mail_address::EmailAddress,
    person::{PersonKind, PersonRef},
    text::Name,
};
use liaison_persistence::{
    account, change_feed, contact,
    database::{Tx, WriteTx},
    employee,
    link::{self, LinkRow, grant, mirror, mirror::MirrorRow},
    person,
    task::Members,
};
use uuid::Uuid;

use crate::{app::App, service::Failure};

/// People of an account with all that a peer may know of them.
#[derive(Debug, Default)]
pub struct Named {
    refs: HashMap<PersonId, PersonRef>,
    links: HashMap<PersonId, LinkRow>,
    logins: HashMap<PersonId, String>,
}

impl Named {
    /// Loads any number of people with one statement for each thing.
    pub async fn load(
        tx: &mut dyn Tx,
        account: AccountId,
        people: impl IntoIterator<Item = PersonId>,
    ) -> Result<Self, Failure> {
        let people: Vec<PersonId> = people.into_iter().collect();
        Ok(Self {
            refs: person::list_refs(tx, account, people.iter().copied()).await?,
            links: link::list_of_persons(tx, account, people.iter().copied()).await?,
            logins: employee::list_logins(tx, account, people).await?,
        })
    }

    /// The person as the peer knows him: one of its own, or one of ours by his name.
    pub fn for_peer(&self, id: PersonId, peer: AccountId) -> WirePerson {
        match self.links.get(&id).filter(|it| it.peer_id == peer) {
            Some(link) => WirePerson::Yours { id: link.remote_id.uuid() },
            None => WirePerson::Ours {
                id: id.uuid(),
                name: self.refs.get(&id).map(|it| it.name.clone()).unwrap_or_default(),
                login: self.logins.get(&id).cloned(),
            },
        }
    }
}

/// Somebody whom a peer names.
#[derive(Clone, Copy, Debug)]
pub struct Mentioned<'a> {
    pub peer: AccountId,
    /// The task that he is named in; none where that is not here yet.
    pub place: Option<(&'a MirrorRow, &'a Members)>,
    pub named: &'a WirePerson,
}

/// Finds out who of ours each one is. One of the peer's is a contact with the mark of the link, made where he is not known
/// yet (LINKM-6), and takes part in the mirror from then on. One of ours counts only where he agreed to hear from the peer,
/// or takes part in the task already: nobody else can be reached by guessing his id (S22).
pub async fn settle_all(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    mentioned: &[Mentioned<'_>],
) -> Result<Vec<Option<PersonId>>, Failure> {
    let mut theirs: BTreeMap<AccountId, BTreeSet<PersonId>> = BTreeMap::new();
    for it in mentioned {
        if let WirePerson::Ours { id, .. } = it.named {
            theirs.entry(it.peer).or_default().insert(PersonId::new(*id));
        }
    }
    let mut known: BTreeMap<(AccountId, PersonId), PersonId> = BTreeMap::new();
    for (peer, remotes) in theirs {
        let links = link::list_by_remotes(tx, account, peer, remotes).await?;
        known.extend(links.into_values().map(|it| ((peer, it.remote_id), it.person_id)));
    }
    let (mut settled, mut joining) = (Vec::with_capacity(mentioned.len()), BTreeSet::new());
    for Mentioned { peer, place, named } in mentioned {
        settled.push(match named {
            WirePerson::Yours { id } => {
                let takes_part = |id: PersonId| {
                    place.is_some_and(|(_, members)| members.0.iter().any(|(_, it)| it.id == id))
                };
                let mut id = PersonId::new(*id);
                if !takes_part(id) {
                    // The peer goes on calling him what it was told, whomever he became one with.
                    id = person::find_survivor(tx, account, id).await?.unwrap_or(id);
                }
                (takes_part(id) || has_agreed(tx, account, id, *peer).await?).then_some(id)
            }
            WirePerson::Ours { id, name, login } => {
                let remote = PersonId::new(*id);
                let id = match known.get(&(*peer, remote)) {
                    Some(id) => *id,
                    None => introduce(tx, app, account, *peer, remote, name, login.clone()).await?,
                };
                known.insert((*peer, remote), id);
                joining.extend(place.map(|(mirror, _)| (mirror.id, id)));
                Some(id)
            }
        });
    }
    mirror::join(tx, account, joining).await?;
    Ok(settled)
}

/// The same for one.
pub async fn settle(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    peer: AccountId,
    place: Option<(&MirrorRow, &Members)>,
    named: &WirePerson,
) -> Result<Option<PersonId>, Failure> {
    Ok(settle_all(tx, app, account, &[Mentioned { peer, place, named }]).await?.pop().flatten())
}

/// Whether an employee lets the peer's people send to him.
async fn has_agreed(
    tx: &mut dyn Tx,
    account: AccountId,
    employee: PersonId,
    peer: AccountId,
) -> Result<bool, Failure> {
    let grant = grant::find_of(tx, account, employee, peer).await?;
    Ok(grant.is_some_and(|it| it.state == GrantState::Active))
}

/// Makes a contact of somebody of the peer, one who may be talked to.
async fn introduce(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    peer: AccountId,
    remote: PersonId,
    name: &str,
    login: Option<String>,
) -> Result<PersonId, Failure> {
    let login = login.and_then(|it| Login::parse(&it).ok()).map(|it| it.as_str().to_owned());
    let row = |person_id| LinkRow {
        person_id,
        stream_id: app.env.id(),
        peer_id: peer,
        remote_id: remote,
        login: login.clone(),
        state: LinkState::Introduced,
    };
    let now = app.env.now();
    if let Some(known) = find_by_internal_address(tx, app, account, peer, login.as_deref()).await? {
        link::insert(tx, account, &row(known), now).await?;
        change_feed::append(tx, account, Change::ContactUpdated, known.uuid(), now);
        return Ok(known);
    }
    let id: PersonId = app.env.id();
    let card = Card::of_unknown(Name::make(name, login.as_deref().unwrap_or("?")), Vec::new());
    contact::insert(tx, account, id, &card, now).await?;
    link::insert(tx, account, &row(id), now).await?;
    change_feed::append(tx, account, Change::ContactCreated, id.uuid(), now);
    Ok(id)
}

/// The contact whom an earlier mail from somebody's internal address has made.
async fn find_by_internal_address(
    tx: &mut dyn Tx,
    app: &App,
    account: AccountId,
    peer: AccountId,
    login: Option<&str>,
) -> Result<Option<PersonId>, Failure> {
    let (Some(login), Some(peer)) = (login, account::find(tx, peer).await?) else { return Ok(None) };
    let address = format!("{login}@{}", app.config.mail.domain_of(&peer.name));
    let Ok(address) = EmailAddress::parse(&address) else { return Ok(None) };
    let owners = person::list_owners(tx, account, [address.key()]).await?;
    let contact = owners.iter().find(|it| it.kind == PersonKind::Contact).map(|it| it.person_id);
    let linked = link::list_of_persons(tx, account, contact).await?;
    Ok(contact.filter(|it| !linked.contains_key(it)))
}

/// The id that an account goes by on the way of a comment.
pub fn step(account: AccountId) -> Uuid {
    account.uuid()
}
