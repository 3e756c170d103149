//! What a sender wrote himself is never cut (R27).

use super::*;

#[test]
fn plain_words_stay_whole() {
    shows_all("Hello,\n\nplease change the address.\n\nThanks!\nAnna");
    shows_all("On the other hand, it works.\nOn Monday we shall see: maybe.\n\nOn average 5 of 10 came.");
    shows_all("- one\n- two\n\nHere -- as agreed -- is the list:\n-- first\n-- second");
    shows_all("Title\n=====\n\nText\n\n----\n\nMore text follows below, with a sentence of its own.");
    shows_all("I wrote this: please read.\n\nAnna wrote that.");
    shows_all("From: Berlin\nTo: Munich\nDate: 12.03.2024\n\nPlease book the train.");
    shows_all("Date: Wednesday, 6 March\nTime: 7:00\nPlace: 130 Foxtrot Street\n\nPlease come.");
    shows_all(
        "Here are times:\n\n2024-01-15 14:30:25\n15.01.2024 14:30\nJan 15, 2024 at 14:30\n\nAll of them suit me.",
    );
    shows_all("15.01.2024 мы отправили письмо.\n\nОтвета нет. Как вы писали:\n\nсрок две недели.");
    shows_all(
        "The letter was sent from my iPhone app to all.\nSent from my desk, which is easier than by phone.",
    );
    shows_all("This is confidential: the price is 5.");
    shows_all("I put it above this line.\n\nAnd below it.");
    shows_all("a < b and b > c\n\nI <3 it");
    shows_all("On 12.03.2024 at 10:15 our director wrote\nthat all is well.");
    shows_all("");
}

#[test]
fn answers_between_quotes_keep_the_quotes() {
    shows(
        "Hi,\n\nOn Mon, Mar 4, 2024 at 9:15 AM Desk <desk@example.com> wrote:\n> Has it come?\n\nYes.\n\n> Is it whole?\n\nNo.\n\n> Thanks\n",
        "Hi,\n\nOn Mon, Mar 4, 2024 at 9:15 AM Desk <desk@example.com> wrote:\n> Has it come?\n\nYes.\n\n> Is it whole?\n\nNo.",
    );
    shows(
        "> Has it come?\nYes.\n> Is it whole?\nNo.\n\n-- \nAnna\n",
        "> Has it come?\nYes.\n> Is it whole?\nNo.",
    );
    shows_all("See this line:\n\n>>> error: no such file\n\nWhat does it mean?");
}

#[test]
fn an_answer_below_the_quote_is_shown_without_it() {
    shows(
        "On 04.03.2024 09:15, Desk wrote:\n> Has it come?\n>\n> Please tell.\n\nYes, it has.\n",
        "Yes, it has.",
    );
    shows("> Has it come?\nYes, it has.\n> Please tell.\n", "Yes, it has.");
}

#[test]
fn a_line_torn_off_a_quote_is_no_answer() {
    shows(
        "Yes.\n\nOn 04.03.2024 09:15, Desk wrote:\n> We would like to know whether the parcel has come to you already\nor not yet\n> and whether it is whole.\n",
        "Yes.",
    );
    let answered = "Hi.\n\n> We would like to know whether the parcel has come to you already?\nyes\n> And is it whole?\nno\n";
    shows(answered, answered.trim());
}

#[test]
fn a_wrapped_address_may_close_in_a_line_that_looks_quoted() {
    shows(
        "Yes.\n\nOn Mon, Mar 4, 2024 at 9:15 AM Support Desk <desk@example.com\n> wrote:\n\n> Has it come?\n",
        "Yes.",
    );
}
