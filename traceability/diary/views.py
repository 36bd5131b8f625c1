"""Pages of plots: the diary's home, a plot, what is said of it, and its codes."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.policies import may_act_for
from catalog.producers.queries import get_producers_of, producers_of
from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import current_locale, local_today
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.diary.amounts import format_decimal
from traceability.diary.calendars import Activity, activities, find_calendar
from traceability.diary.drawing import drawing_of
from traceability.diary.entries import may_be_copied
from traceability.diary.entry_queries import (
    entries_between,
    entries_of,
    sprays_closing,
    superseded_by,
    withdrawals_of,
)
from traceability.diary.forms import (
    CODE_STATUS_NAMES,
    MARKET_NAMES,
    PlantingAreaCodeChangeForm,
    PlantingAreaCodeForm,
    PlotForm,
)
from traceability.diary.harvest_interval import Spray
from traceability.diary.models import PlantingAreaCodeStatus, Plot
from traceability.diary.photo_places import place_text, read_place
from traceability.diary.queries import (
    NOTHING_DONE,
    DoneSoFar,
    done_so_far,
    get_planting_area_code,
    get_plot,
    overlapping_plots,
    plots_of,
)
from traceability.diary.shapes import area_m2, differs_from_stated
from traceability.diary.suggestions import likely_activities
from traceability.diary.usecases import (
    add_planting_area_code,
    change_planting_area_code,
    create_plot,
    update_plot,
)
from traceability.diary.words import ENTRY_WORDS
from traceability.forms import show_error

blueprint = Blueprint("diary", __name__)


@dataclass(frozen=True)
class PlotToday:
    """A plot as the diary's home shows it: what is likely next, and until when it is closed, if it is."""

    plot: Plot
    crop: str
    likely: list[tuple[Activity, str]]
    closing: Spray | None
    days_closed: int
    is_sprayed: bool
    last_day: date | None


@blueprint.get("/farm/diary")
@roles(RoleName.PRODUCER_MEMBER)
def home() -> ResponseReturnValue:
    """All plots of the reader's producers, each with its likeliest activities and its countdown."""
    producers = producers_of(current_actor())
    plots = plots_of([producer.id for producer in producers])
    today = local_today(utc_now())
    ids = [plot.id for plot in plots]
    done = done_so_far(ids, today=today)
    closing: dict[uuid.UUID, Spray] = {}
    for spray in sprays_closing(ids, on=today):
        closing.setdefault(spray.plot_id, spray)
    cards = [_today(plot, done.get(plot.id, NOTHING_DONE), closing.get(plot.id), today) for plot in plots]
    return render_template("traceability/diary/home.html", cards=cards, producers=producers, number=format_decimal)


def _today(plot: Plot, done: DoneSoFar, closing: Spray | None, today: date) -> PlotToday:
    calendar, locale = find_calendar(plot.crop), current_locale()
    likely = likely_activities(
        calendar,
        on=today,
        done_this_month=done.this_month,
        done_before=done.this_year,
        closed=closing is not None,
        done_today=done.on_last_day if done.last_day == today else (),
    )
    known = activities()
    return PlotToday(
        plot=plot,
        crop="" if calendar is None else calendar.name(locale),
        likely=[(known[code], known[code].name(locale)) for code in likely[:2]],
        closing=closing,
        days_closed=0 if closing is None else (closing.harvest_from - today).days,
        is_sprayed=calendar is not None and calendar.plant_protection_crop is not None,
        last_day=done.last_day,
    )


@blueprint.get("/farm/diary/plots/<uuid:plot_id>")
@roles(RoleName.PRODUCER_MEMBER)
def plot(plot_id: uuid.UUID) -> ResponseReturnValue:
    """One plot: what it is, until when it is closed, and its diary, newest first."""
    shown = get_plot(current_actor(), plot_id)
    today = local_today(utc_now())
    page = paginate(entries_of(shown.id), page=requested_page(), per_page=20)
    closing = sprays_closing([shown.id], on=today)
    yesterday = today - timedelta(days=1)
    copyable = [entry for entry in entries_between([shown.id], yesterday, today) if may_be_copied(entry)]
    done_today = {entry.activity for entry in copyable if entry.done_on == today}
    calendar, locale = find_calendar(shown.crop), current_locale()
    return render_template(
        "traceability/diary/plot.html",
        plot=shown,
        offered_place=read_place(request.args.get("photo_place")) if shown.latitude is None else None,
        place_text=place_text,
        crop="" if calendar is None else calendar.name(locale),
        page=page,
        older=superseded_by(page.items),
        withdrawals=withdrawals_of(shown.id) if page.page == 1 else [],
        closing=closing,
        days_closed=(closing[0].harvest_from - today).days if closing else 0,
        is_sprayed=calendar is not None and calendar.plant_protection_crop is not None,
        to_copy=[
            activities()[entry.activity].name(locale)
            for entry in copyable
            if entry.done_on == yesterday and entry.activity not in done_today
        ],
        drawing=drawing_of(shown.shape),
        drawn_m2=area_m2(shown.shape) if shown.shape else 0,
        **ENTRY_WORDS,
        status_names=CODE_STATUS_NAMES,
        market_names=MARKET_NAMES,
        today=today,
    )


@blueprint.route("/farm/plots/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new_plot() -> ResponseReturnValue:
    """Add a plot."""
    producers = get_producers_of(current_actor())
    form = PlotForm()
    form.offer(producers)
    if form.validate_on_submit() and (saved := _save(form, None)) is not None:
        flash(_("Plot “%(name)s” was added.", name=saved.name), "success")
        _warn_of_shape(saved)
        return redirect(url_for("lots.index", _anchor="plots"), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/diary/plot_form.html", form=form, plot=None), status


@blueprint.route("/farm/diary/plots/<uuid:plot_id>/edit", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def edit_plot(plot_id: uuid.UUID) -> ResponseReturnValue:
    """Change what is said of a plot."""
    shown = get_plot(current_actor(), plot_id)
    form = PlotForm()
    if not form.is_submitted():
        form.show(shown)
    form.producer_id.data = str(shown.producer_id)
    form.offer([shown.producer])
    if form.validate_on_submit() and (saved := _save(form, shown.id)) is not None:
        flash(_("Plot “%(name)s” was changed.", name=saved.name), "success")
        _warn_of_shape(saved)
        return redirect(url_for("diary.plot", plot_id=shown.id), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/diary/plot_form.html", form=form, plot=shown), status


def _save(form: PlotForm, plot_id: uuid.UUID | None) -> Plot | None:
    """The plot as it was saved; None when it was refused, with the reason in the form."""
    actor = current_actor()
    try:
        facts = form.facts()
        with atomic():
            if plot_id is not None:
                return update_plot(actor=actor, plot_id=plot_id, facts=facts)
            return create_plot(
                actor=actor,
                producer_id=uuid.UUID(form.producer_id.data),
                facts=facts,
                planting_area_code=form.planting_area_code.data,
            )
    except AppError as error:
        show_error(form, error)
        return None


def _warn_of_shape(saved: Plot) -> None:
    """Say what is odd about the shape; it is kept all the same."""
    if saved.shape is None:
        return
    if differs_from_stated(saved.shape, saved.area_m2):
        message = _(
            "The drawn shape has %(drawn)s m², but %(stated)s m² are stated. Check which of the two is right.",
            drawn=format_decimal(area_m2(saved.shape)),
            stated=format_decimal(saved.area_m2),
        )
        flash(message, "warning")
    for other, common in overlapping_plots(saved):
        of_same = may_act_for(current_actor(), other.producer_id)
        name = other.name if of_same else _("a plot of another producer")
        flash(_("The shape lies over %(name)s by %(area)s m².", name=name, area=format_decimal(common)), "warning")


@blueprint.route("/farm/diary/plots/<uuid:plot_id>/codes/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new_code(plot_id: uuid.UUID) -> ResponseReturnValue:
    """Write down a planting-area code of a plot."""
    shown = get_plot(current_actor(), plot_id)
    form = PlantingAreaCodeForm()
    form.offer()
    if form.validate_on_submit():
        try:
            with atomic():
                add_planting_area_code(
                    actor=current_actor(),
                    plot_id=plot_id,
                    code=form.code.data or "",
                    issuer=form.issuer.data,
                    market=form.market.data or None,
                    valid_from=form.valid_from.data,
                    valid_until=form.valid_until.data,
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The code was added."), "success")
            return redirect(url_for("diary.plot", plot_id=plot_id, _anchor="codes"), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/diary/code_form.html", form=form, plot=shown, code=None), status


@blueprint.route("/farm/diary/codes/<uuid:code_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def change_code(code_id: uuid.UUID) -> ResponseReturnValue:
    """Say that a planting-area code was suspended, revoked or renewed."""
    code, shown = get_planting_area_code(current_actor(), code_id)
    form = PlantingAreaCodeChangeForm()
    if not form.is_submitted():
        form.status.data = str(code.status)
        form.valid_until.process_data(code.valid_until)
    if form.validate_on_submit():
        try:
            with atomic():
                change_planting_area_code(
                    actor=current_actor(),
                    code_id=code_id,
                    status=PlantingAreaCodeStatus(form.status.data),
                    valid_until=form.valid_until.data,
                )
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The code was changed."), "success")
            return redirect(url_for("diary.plot", plot_id=shown.id, _anchor="codes"), code=303)
    status = 422 if form.errors else 200
    page = render_template(
        "traceability/diary/code_form.html", form=form, plot=shown, code=code, market_names=MARKET_NAMES
    )
    return page, status
