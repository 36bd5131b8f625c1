"""text without Vietnamese marks, for searching among rows that a page shows"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PLAIN = {
    "a": "àáảãạăằắẳẵặâầấẩẫậ",
    "d": "đ",
    "e": "èéẻẽẹêềếểễệ",
    "i": "ìíỉĩị",
    "o": "òóỏõọôồốổỗộơờớởỡợ",
    "u": "ùúủũụưừứửữự",
    "y": "ỳýỷỹỵ",
}


def upgrade() -> None:
    marked = "".join(PLAIN.values())
    plain = "".join(letter * len(marks) for letter, marks in PLAIN.items())
    op.execute(
        f"""
        CREATE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN translate(lower(translate(words, '{marked.upper()}', '{marked}')), '{marked}', '{plain}')
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION folded")
