/* Where markers sit on a body, and by which names laboratories know these sites: one table for
 * Plug-in-Gait, Helen Hayes, CAST and Qualisys (van Sint Jan's landmarks), OpenSim, OpenCap and the
 * key points of cameras. A label is compared without case, separators, the subject before a colon
 * and a prefix that all labels share; left and right may stand in front (L, R, left, right) or,
 * behind a separator, at the end. */
#ifndef EG_MOTION_MARKER_H
#define EG_MOTION_MARKER_H

#include <stddef.h>

/* X(id, is_paired, name, variants): variants are in small letters and digits, between bars. What
 * cameras call hip, knee ... are joint centres; see eg_marker_match. */
#define EG_SITE_TABLE(X)                                                                           \
    X(ASIS, 1, "front upper iliac spine", "|asi|asis|ias|fwt|sias|iasis|")                         \
    X(PSIS, 1, "rear upper iliac spine", "|psi|psis|ips|bwt|sips|ipsis|")                          \
    X(TROCHANTER, 1, "greater trochanter", "|gtr|troc|troch|trochanter|ftc|gtroc|gt|tro|gto|")     \
    X(THIGH, 1, "thigh", "|thi|thigh|thighwand|thiwand|")                                          \
    X(THIGH_1, 1, "thigh, first of a cluster", "|th1|thigh1|thighupper|f01|tht1|thi1|")            \
    X(THIGH_2, 1, "thigh, second of a cluster", "|th2|thigh2|thighfront|antfem|f02|thi2|")         \
    X(THIGH_3, 1, "thigh, third of a cluster", "|th3|thigh3|thighrear|postfem|f03|thi3|")          \
    X(THIGH_4, 1, "thigh, fourth of a cluster", "|th4|thigh4|f04|thi4|")                           \
    X(KNEE, 1, "outer side of the knee",                                                           \
      "|kne|knee|fle|lfc|kneelat|kneelateral|latknee|lateralknee|lep|lfe|lknee|kneel|lk|lkne|")    \
    X(KNEE_INNER, 1, "inner side of the knee",                                                     \
      "|fme|mfc|kneemed|kneemedial|mknee|mkne|knem|knm|knein|kneein|medknee|medialknee|mep|mfe|"   \
      "kneem|mk|")                                                                                 \
    X(TUBEROSITY, 1, "tibial tuberosity", "|ttc|tibialtuberosity|tibtub|ttub|")                    \
    X(FIBULA, 1, "head of the fibula", "|fax|fibhead|fibulahead|fibula|hfib|")                     \
    X(SHANK, 1, "shank", "|tib|tibia|shank|sha|shn|shin|shankwand|tibwand|")                       \
    X(SHANK_1, 1, "shank, first of a cluster", "|tb1|sh1|shank1|shankupper|t01|tib1|sk1|")         \
    X(SHANK_2, 1, "shank, second of a cluster", "|tb2|sh2|shank2|shankfront|anttib|t02|tib2|sk2|") \
    X(SHANK_3, 1, "shank, third of a cluster", "|tb3|sh3|shank3|shankrear|posttib|t03|tib3|sk3|")  \
    X(SHANK_4, 1, "shank, fourth of a cluster", "|tb4|sh4|shank4|t04|tib4|sk4|")                   \
    X(ANKLE, 1, "outer ankle",                                                                     \
      "|ank|ankle|fal|lmal|anklelat|anklelateral|latankle|lateralankle|lmall|latmal|lankle|la|")   \
    X(ANKLE_INNER, 1, "inner ankle",                                                               \
      "|tam|mmal|anklemed|anklemedial|mankle|ankm|anm|ankin|anklein|medankle|medialankle|mmall|"   \
      "medmal|mma|ma|")                                                                            \
    X(HEEL, 1, "heel", "|hee|heel|cal|calc|fcc|calcaneus|hel|heelback|")                           \
    X(TOE, 1, "head of the second metatarsal",                                                     \
      "|toe|mt2|fm2|toe2|met2|meta2|2meta|mth2|2ndmet|smh|")                                       \
    X(TOE_TIP, 1, "tip of the foot", "|toetip|hallux|hlx|bigtoe|hal|")                             \
    X(MET_1, 1, "head of the first metatarsal",                                                    \
      "|mt1|fm1|met1|meta1|1meta|mth1|1stmet|fmh|toemed|d1m|")                                     \
    X(MET_5, 1, "head of the fifth metatarsal",                                                    \
      "|mt5|fm5|met5|meta5|5meta|mth5|5thmet|vmh|toelat|d5m|smalltoe|")                            \
    X(MIDFOOT, 1, "top of the midfoot", "|midfootsup|midfoot|midfoottop|nav|navicular|")           \
    X(MIDFOOT_OUTER, 1, "outer side of the midfoot", "|midfootlat|cuboid|midfootlateral|")         \
    X(ACROMION, 1, "acromion", "|sho|shoulder|acr|acromion|acromium|sae|acro|shol|")               \
    X(UPPER_ARM, 1, "upper arm", "|upa|upperarm|bicep|biceps|uparm|")                              \
    X(ELBOW, 1, "outer side of the elbow",                                                         \
      "|elb|elbow|hle|lel|lelbow|elblat|elbowlat|elbowlateral|latelbow|lelb|ele|")                 \
    X(ELBOW_INNER, 1, "inner side of the elbow",                                                   \
      "|hme|mel|melbow|elm|elbm|elbmed|elbowmed|elbowmedial|medelbow|melb|elbin|")                 \
    X(FOREARM, 1, "forearm", "|frm|fra|forearm|farm|")                                             \
    X(WRIST_THUMB, 1, "wrist, thumb side",                                                         \
      "|wra|rsp|wristrad|wristradius|lwrist|wrr|faradius|wristlat|wristlateral|radius|"            \
      "wristradial|"                                                                               \
      "rad|rstyl|")                                                                                \
    X(WRIST_LITTLE, 1, "wrist, side of the little finger",                                         \
      "|wrb|usp|mwrist|wristuln|wristulna|wru|faulna|wristmed|wristmedial|ulna|wristulnar|uln|"    \
      "ustyl|")                                                                                    \
    X(WRIST, 1, "wrist", "|wri|wrist|wrj|")                                                        \
    X(HAND, 1, "back of the hand", "|fin|hand|hm2|hm3|finger|mc3|hnd|mcp3|middlefinger|")          \
    X(HEAD_FRONT, 1, "front of the head", "|fhd|headfront|fronthead|temple|")                      \
    X(HEAD_BACK, 1, "back of the head", "|bhd|headback|backhead|")                                 \
    X(HIP_CENTRE, 1, "hip centre", "|hjc|hipcentre|hipcenter|hipjointcenter|hip|")                 \
    X(KNEE_CENTRE, 1, "knee centre", "|kjc|kneecentre|kneecenter|kneejointcenter|")                \
    X(ANKLE_CENTRE, 1, "ankle centre", "|ajc|anklecentre|anklecenter|anklejointcenter|")           \
    X(SHOULDER_CENTRE, 1, "shoulder centre", "|sjc|ghjc|shouldercentre|shouldercenter|")           \
    X(ELBOW_CENTRE, 1, "elbow centre", "|ejc|elbowcentre|elbowcenter|")                            \
    X(WRIST_CENTRE, 1, "wrist centre", "|wjc|wristcentre|wristcenter|")                            \
    X(SACRUM, 0, "sacrum", "|sacr|sacrum|vsac|vsacral|sac|msac|")                                  \
    X(C7, 0, "seventh cervical vertebra", "|c7|cv7|c7th|")                                         \
    X(T10, 0, "thoracic vertebra at the height of the xiphoid", "|t10|tv10|t8|tv8|t10th|")         \
    X(JUGULAR, 0, "jugular notch", "|clav|ij|sjn|jn|clavicle|manubrium|suprasternal|")             \
    X(XIPHOID, 0, "lower end of the sternum", "|strn|sternum|px|sxs|xiphoid|xyphoid|xp|stern|")

enum { EG_LEFT = 0, EG_RIGHT = 1 };

/* A paired site's number is that of its left one; the right one follows. */
typedef enum eg_site {
#define EG_SITE_1(id)                             EG_SITE_##id, EG_SITE_##id##_RIGHT
#define EG_SITE_0(id)                             EG_SITE_##id
#define EG_SITE_ID(id, is_paired, name, variants) EG_SITE_##is_paired(id),
    EG_SITE_TABLE(EG_SITE_ID)
#undef EG_SITE_ID
        EG_SITES
} eg_site;

/* "left outer ankle"; for `text` of at least EG_SITE_NAME_SIZE bytes, which it returns. */
enum { EG_SITE_NAME_SIZE = 64, EG_MARKER_LABEL_MAX = 64 };
const char *eg_site_name(int site, char text[EG_SITE_NAME_SIZE]);

/* The site of one label, or -1. With `is_key_point`, what a camera calls hip, knee, ankle,
 * shoulder, elbow and wrist is the joint's centre. No shared prefix is known here. */
int eg_marker_site(const char *label, int is_key_point);

typedef struct eg_marker_match {
    int index[EG_SITES];  /* of the marker at each site, -1: none */
    int second[EG_SITES]; /* another marker of the same name, -1: none */
    size_t n_sites;       /* that have one */
    size_t n_unknown;     /* labels that name no site */
    size_t n_doubles;     /* labels of a site that has one already: that seen more often counts */
    int are_key_points;   /* of a camera: MidHip, Neck or Nose are among the labels */
    char prefix[EG_MARKER_LABEL_MAX]; /* that all labels share and was left out, "" */
} eg_marker_match;

/* labels[n] (NULL ones are passed over), n_seen[n] frames in which each was seen (0: never, counts
 * only if there is no other). */
void eg_marker_match_labels(size_t n, const char *const *labels, const size_t *n_seen,
                            eg_marker_match *match);

#endif
