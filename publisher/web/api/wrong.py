"""What is wrong with what readers are to get, in words and with its place."""

from publisher.jobs.door import Fault

POINTERS = {
    Fault.ADDRESS: "#/email",
    Fault.DISPOSABLE: "#/email",
    Fault.DOMAIN: "#/email",
    Fault.NEWSLETTER: "#/newsletters",
    Fault.CATEGORY: "#/categories",
    Fault.FREQUENCY: "#/frequency",
    Fault.LANGUAGE: "#/language",
    Fault.NAME: "#/name",
    Fault.TIMEZONE: "#/timezone",
    Fault.PAUSE: "#/paused_until",
}
WORDS = {
    Fault.ADDRESS: "This is no address.",
    Fault.DISPOSABLE: "Addresses of this provider are not taken.",
    Fault.DOMAIN: "This domain takes no mail.",
    Fault.NEWSLETTER: "There is no such newsletter.",
    Fault.CATEGORY: "The newsletter has no such category.",
    Fault.FREQUENCY: "The newsletter does not come so often.",
    Fault.LANGUAGE: "This is no language tag, such as ja or en-GB.",
    Fault.NAME: "This is no name: write it on one line, up to 200 characters.",
    Fault.TIMEZONE: "This is no time zone, such as Asia/Tokyo.",
    Fault.PAUSE: "This is past.",
}
