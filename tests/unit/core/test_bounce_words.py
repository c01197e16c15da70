"""What the words of a refusal say, in texts that servers were seen to answer with.

The wordings are those of servers, gathered from the comments of twisted1919/bounce-handler (rules.php) and the patterns
of sisimai (Reason/UserUnknown.pm, Reason/Blocked.pm).
"""

import pytest

from publisher.core.bounce_policy import classify
from publisher.model.bounce import BounceKind

HARD = """550 #5.1.1 bad address a@b.example
550 <a@b.example> not found
550 5.1.0 Address rejected.
550 address unknown
550 archived recipient
550 BAD-RECIPIENT
550 can't accept user
550 destination addresses were unknown
550 destination server rejected recipients
550 email address could not be found
550 invalid address
553 invalid mailbox path
550 a@b.example is not a known user
550 is not a valid mailbox
550 mailbox a@b.example does not exist
550 mailbox not present
550 mailbox is inactive
550 mailbox unavailable
550 Taro in name directory: no such entry
550 no account by that name here
550 no existe dicha persona
550 no mail box available for this user
550 no matches to nameserver query
550 no such person at this address
554 5.7.1 no thank you rejected: Account Unavailable: a@b.example
550 non existent user
550 not a valid user here
550 not a local address
550 rcpt <a@b.example> does not exist
550 Recipient a@b.example was not found in LDAP server
550 recipient is not local
550 Recipient not OK
550 Recipient Not Exist
550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
553 sorry, badrcptto
550 the user's email name is not found
550 There is no one at this address
550 this address no longer accepts mail
550 this email address is wrong or no longer valid
550 This user doesn't have a b.example account
550 unknown email address
550 unknown e-mail address
550 unknown local-part
550 user missing home directory
550 user not active
550 vdeliver: invalid or unknown virtual user
553 your envelope recipient is in my badrcptto list
554 qq Sorry, no valid recipients
550 User a@b.example not listed in public Name & Address Book
550 «invalid address (#5.5.0)
554 dd Sorry your message to a@b.example cannot be delivered. This account has been disabled or discontinued
553 sorry, no mailbox here by that name (#5.7.1)
550 User (a@b.example) unknown.
550 MAILBOX NOT FOUND
550 Mailbox ( a@b.example ) not found or inactivated
551 <a@b.example> is a deactivated mailbox
550 <maxqin> is now disabled with MTA service.
551 not our customer
5.1.0 - Unknown address error 540-'Error: Wrong recipients'
550 Command RCPT User <a@b.example> not OK
550 5.1.1 <a@b.example>... email address lookup in domain map failed
550 User not a member of domain: <a@b.example>
550-"The recipient cannot be verified. Please check all recipients
550 a@b.example:user not exist
550 sorry, that recipient doesn't exist (#5.7.1)
550-I'm sorry but a@b.example does not have an account here.
550 <a@b.example>: inactive user
550 a@b.example Account Inactive
550 <a@b.example>: Recipient address rejected: Account closed due to inactivity. No forwarding information is available.
550 <a@b.example>... User account not activated""".splitlines()
SOFT = """552 5.2.2 Over quota
552 Requested mailbox exceeds quota.
552 recipient storage full, try again later
551 bounce as<the destination mailbox <a@b.example> is full>
452 Insufficient system storage
cannot append message to destination file /var/mail/dale: error writing message: File too large
450 mailbox unavailable.
452 4.2.1 mailbox temporarily disabled: a@b.example
450 4.7.1 Greylisted, try again later
connection refused by mx.b.example
421 too many connections""".splitlines()
POLICY = """550 access denied. IP name lookup failed
554 access from ip address 192.0.2.1 blocked
550 All mail servers must have a PTR record with a valid Reverse DNS entry
554 Bad sender IP address
554 blacklisted by b.example
550 Refused - see https://b.example
550 can't determine Purported Responsible Address
550 cannot resolve your address
554 client host [192.0.2.1] blocked using bl.example
550 Currently Sending Spam See: http://b.example
554 Dynamic/zombied/spam IPs blocked
554 Fix reverse DNS for 192.0.2.1
554 hosts with dynamic ip
550 INVALID IP FOR SENDING MAIL OF DOMAIN
550 IP 192.0.2.1 is blocked by EarthLink
554 IP/domain reputation problems
550 is not allowed to send mail from b.example
550 mail server at 192.0.2.1 is blocked
550 Messages from 192.0.2.1 temporarily deferred due to user complaints
550 no PTR Record found.
550 Not currently accepting mail from your ip
550 part of their network is on our block list
554 Rejecting open proxy
550 Sender IP reverse lookup rejected
550 Server IP 192.0.2.1 listed as abusive
553 sorry, that domain isn't in my list of allowed rcpthosts
553 sorry, your remotehost looks suspiciously like spammer
550 SPF check: fail
550 Too many spams from your IP
550 unresolvable relay host name
550 we do not accept mail from dynamic ips
550 You are not allowed to connect
550 Your access to submit messages to this e-mail system has been rejected
550 Your message was rejected for possible spam/virus content
550 Relaying denied.
554 <a@b.example>: Relay access denied
550 relaying to <a@b.example> prohibited by administrator
550 Unable to relay for a@b.example
550 5.7.1 Access-Denied-XM.SSR-001
552 5.3.4 Message size exceeds fixed limit""".splitlines()


@pytest.mark.parametrize("words", HARD)
def test_there_is_no_such_reader(words: str) -> None:
    assert classify("", words) is BounceKind.HARD


@pytest.mark.parametrize("words", SOFT)
def test_the_reader_cannot_take_mail_now(words: str) -> None:
    assert classify("", words) is BounceKind.SOFT


@pytest.mark.parametrize("words", POLICY)
def test_the_server_does_not_want_us(words: str) -> None:
    assert classify("", words) is BounceKind.POLICY
