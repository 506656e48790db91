"""What we write to readers beside the issues, in Arabic."""

from service.subscribers.phrases.phrases import Phrases

ARABIC = Phrases(
    lang="ar",
    hello="مرحبًا {name}.",
    hello_nobody="مرحبًا.",
    unsubscribe="إلغاء الاشتراك",
    quiet_name="رسالتكم",
    quiet_sender="رسائل",
    confirm_subject="يرجى تأكيد اشتراككم",
    confirm_line="اضغطوا على الزر إذا أردتم أن تصل {newsletter} إلى هذا العنوان.",
    confirm_heading="هل كان هذا طلبكم؟",
    confirm_words="طلب أحدهم منا أن نرسل {newsletter} إلى هذا العنوان. إذا كان هذا طلبكم، فافتحوا الصفحة واضغطوا على الزر فيها. عندها تصبحون على القائمة.",  # noqa: E501 - one paragraph
    confirm_words_here="طلب أحدهم منا أن نرسل {newsletter} إلى هذا العنوان. إذا كان هذا طلبكم، فافتحوا هذه الصفحة واضغطوا على الزر فيها. عندها تصبحون على القائمة:",  # noqa: E501 - one paragraph
    confirm_button="نعم، هذا طلبي",
    confirm_time="يعمل الرابط سبعة أيام. إن لم تفعلوا شيئًا، فلن نضعكم على القائمة.",
    confirm_not_asked="لم تطلبوا ذلك؟ إذن كتب شخص آخر عنوانكم.",
    confirm_not_me="{link}، ولن نكتب إليكم لمدة سنة.",
    confirm_not_me_link="أخبرونا أن هذا لم يكن طلبكم",
    confirm_not_me_here="أخبرونا هنا، ولن نكتب إليكم لمدة سنة:",
    confirm_why="تصلكم هذه الرسالة لأن عنوانكم كُتب في نموذج الاشتراك على موقعنا.",
    welcome_subject="أهلًا بكم: أنتم الآن على القائمة",
    welcome_line="شكرًا لكم. سيصل العدد القادم إلى هذا العنوان. اقرؤوه متى شئتم.",
    welcome_heading="يسعدنا أنكم معنا",
    welcome_from_now="من الآن فصاعدًا تصل {newsletter} إلى هذا العنوان.",
    welcome_read="اقرؤوا عندما ترغبون، أو لا تقرؤوا أبدًا. نحن لا نحصي من يفتح ماذا.",
    welcome_quiet="إذا أردتم بعض الهدوء، فخذوا استراحة ما دمتم بحاجة إليها.",
    welcome_quiet_here="إذا أردتم بعض الهدوء، فخذوا استراحة ما دمتم بحاجة إليها:",
    welcome_button="اختيار ما يصلني",
    welcome_keep="احتفظوا بهذه الرسالة: فالروابط فيها تعمل ما دمتم معنا.",
    welcome_why="تصلكم هذه الرسالة لأنكم طلبتم {newsletter} وأكّدتم عنوانكم.",
    already_subject="أنتم على القائمة بالفعل",
    already_line="كُتب عنوانكم مرة أخرى في نموذج الاشتراك. لا حاجة إلى أن تفعلوا شيئًا.",
    already_heading="كل شيء على ما يرام: تصلكم {newsletter}",
    already_words="كُتب عنوانكم قبل قليل في نموذج الاشتراك. أنتم على القائمة بالفعل، فلم يتغير شيء.",
    already_spam="ألا تصلكم رسائلنا؟ نرجو أن تبحثوا في مجلد البريد غير المرغوب فيه.",
    already_break="وربما أنتم في استراحة: زر واحد يريكم اختياراتكم.",
    already_break_here="وربما أنتم في استراحة. هذه اختياراتكم:",
    already_button="رؤية اختياراتي",
    already_not_you="إذا لم تكتبوه أنتم، فلا حاجة إلى أن تفعلوا شيئًا بهذه الرسالة.",
    already_why="تصلكم هذه الرسالة لأنكم على قائمة {newsletter}.",
)
