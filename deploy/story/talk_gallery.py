"""Pages of what buyers and producers say to each other, and of notices; what they show is said first."""

from collections.abc import Sequence

from deploy.story.farm import draw_pomelo
from deploy.story.person import Person
from deploy.story.telling import Storyteller
from deploy.story.view import View

TALK_NAMES = (
    *("review-written", "reviews", "producer-reviews", "farm-reviews", "review-answer"),
    *("questions", "question", "question-new", "farm-questions", "report-words"),
    *("moderation", "moderation-case", "notices", "notices-none", "notice-preferences"),
)


def talk_pages(story: Storyteller) -> Sequence[View]:
    """A review with its answer, a question with its answer, one that was reported, and who is told of it."""
    buyer, farmer, officer, stranger = story.stranger(), story.farmer, story.officer, story.stranger()
    review = next(link.path for link in buyer.open(story.order.path).links_below(f"{story.order.path}/lines/"))
    words = {"stars": "4", "body": "Bưởi ngọt, múi mọng; một quả hơi dập ở cuống (mẫu).", "author_name": "Mẫu"}
    buyer.send(buyer.open(review).form(having="stars"), words, photos={"photos": draw_pomelo()})
    answer = next(link.path for link in farmer.open("/farm/reviews").links_below("/farm/reviews/"))
    thanks = {"body": "Cảm ơn chị. Lần sau nhà vườn lót thêm rơm (mẫu)."}
    farmer.send(farmer.open(answer).form(having="body"), thanks)
    asking = f"{story.product.path}/questions/new"
    asker = story.stall_holder
    wanted = {"body": "Bưởi này để được bao lâu vậy chị? (mẫu)"}
    question = asker.send(asker.open(asking).form(having="body"), wanted).path
    farmer.send(farmer.open(question).form(having="body"), {"body": "Để nơi thoáng được ba tuần (mẫu)."})
    report = _report(story, stranger)
    case = next(link.path for link in officer.open("/moderation").links_below("/moderation/"))
    producer = stranger.open(story.product.path).link_below("/producers/").path
    return (
        View("review-written", review, buyer),
        View("reviews", f"{story.product.path}/reviews", stranger),
        View("producer-reviews", f"{producer}/reviews", stranger),
        View("farm-reviews", "/farm/reviews", farmer),
        View("review-answer", answer, farmer),
        View("questions", f"{story.product.path}/questions", stranger),
        View("question", question, farmer),
        View("question-new", asking, asker),
        View("farm-questions", "/farm/questions", farmer),
        View("report-words", report, stranger),
        View("moderation", "/moderation", officer),
        View("moderation-case", case, officer),
        View("notices", "/notices", farmer),
        View("notices-none", "/notices", story.manager),
        View("notice-preferences", "/notices/preferences", farmer),
    )


def _report(story: Storyteller, stranger: Person) -> str:
    """Report the review of the story's product; the page on which that is done."""
    path = next(stranger.open(f"{story.product.path}/reviews").links_below("/report/review/")).path
    stranger.send(stranger.open(path).form(having="reason"), {"reason": "untrue", "note": "Không đúng (mẫu)."})
    return path
